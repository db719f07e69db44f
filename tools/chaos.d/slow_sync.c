// A slow disk beneath one process: preloaded, each fdatasync takes TRACSEQ_SYNC_US microseconds longer. strace can
// inject that too, but a traced process stops at more than what is asked for, and what is measured were the tracer.
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static long delay_us;

__attribute__((constructor)) static void begin(void) {
  char const* us = getenv("TRACSEQ_SYNC_US");
  if (us) delay_us = atol(us);
}

int fdatasync(int fd) {
  struct timespec left = {delay_us / 1000000, delay_us % 1000000 * 1000};
  while (nanosleep(&left, &left) != 0) {
  }
  return (int)syscall(SYS_fdatasync, fd);
}
