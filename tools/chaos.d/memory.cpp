// Memory that cannot be had beneath one process: preloaded, the n-th allocation from now on fails, once. n is the
// int64 that the file named by TRACSEQ_ALLOCATION holds (mapped; it is counted down, 0 fails nothing).
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <new>

namespace {

std::int64_t* left;

__attribute__((constructor)) void begin() {
  char const* const path = std::getenv("TRACSEQ_ALLOCATION");
  int const fd = path != nullptr ? ::open(path, O_RDWR | O_CLOEXEC) : -1;
  if (fd < 0) return;
  void* const at = ::mmap(nullptr, sizeof *left, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  ::close(fd);
  if (at != MAP_FAILED) left = static_cast<std::int64_t*>(at);
}

bool fails() {
  return left != nullptr && __atomic_load_n(left, __ATOMIC_RELAXED) > 0 &&
         __atomic_fetch_sub(left, 1, __ATOMIC_RELAXED) == 1;
}

/// The function of that name which would have been called.
template <class Function>
Function next(char const* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

/// What operator new does where there is no memory.
void none() {
  auto const handler = std::get_new_handler();
  if (handler == nullptr) throw std::bad_alloc();
  handler();
}

}  // namespace

extern "C" void* malloc(std::size_t size) {
  static auto const real = next<void* (*)(std::size_t)>("malloc");
  return fails() ? nullptr : real(size);
}

void* operator new(std::size_t size) {
  static auto const real = next<void* (*)(std::size_t)>("_Znwm");
  if (fails()) none();
  return real(size);
}

void* operator new[](std::size_t size) {
  static auto const real = next<void* (*)(std::size_t)>("_Znam");
  if (fails()) none();
  return real(size);
}
