// A wall clock that can be stepped beneath one process: preloaded, it adds to CLOCK_REALTIME the seconds that
// the file named by TRACSEQ_CLOCK holds (an int64, mapped). Monotonic clocks are left alone. libfaketime would do,
// but it and jemalloc, which asks for the time while it begins, wait for each other.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile int64_t const* step;

__attribute__((constructor)) static void begin(void) {
  char const* path = getenv("TRACSEQ_CLOCK");
  int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  if (fd < 0) return;
  void* at = mmap(NULL, sizeof *step, PROT_READ, MAP_SHARED, fd, 0);
  close(fd);
  if (at != MAP_FAILED) step = at;
}

int clock_gettime(clockid_t which, struct timespec* out) {
  int done = (int)syscall(SYS_clock_gettime, which, out);
  if (done == 0 && step && (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE)) out->tv_sec += *step;
  return done;
}

int gettimeofday(struct timeval* restrict out, void* restrict zone) {
  struct timespec now;
  (void)zone;
  if (!out || clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
  out->tv_sec = now.tv_sec;
  out->tv_usec = now.tv_nsec / 1000;
  return 0;
}

time_t time(time_t* out) {
  struct timespec now;
  if (clock_gettime(CLOCK_REALTIME, &now) != 0) return (time_t)-1;
  if (out) *out = now.tv_sec;
  return now.tv_sec;
}
