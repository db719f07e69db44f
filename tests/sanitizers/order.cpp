// ThreadSanitizer sees only what was compiled with it. Two libraries that are not keep an order between threads
// that it has to be told of, or each thing that is handed over through them looks like a race:
//
//   CAF          a message is written before it is enqueued, and read by whichever thread consumes it; and what an
//                actor did in one turn comes before its next turn, on another thread perhaps
//   librdkafka   has C11's mutexes, conditions and threads, which ThreadSanitizer does not watch; POSIX's it does
//
// These functions stand in for the libraries' own, tell the order, and go on to them. Linked into what is built
// with -DTRACSEQ_SANITIZE=thread, and only into that.

#include <dlfcn.h>
#include <pthread.h>
#include <threads.h>

#include <cerrno>
#include <cstdlib>

#include <caf/mailbox_element.hpp>
#include <caf/scheduled_actor.hpp>

extern "C" {
void __tsan_acquire(void* at);
void __tsan_release(void* at);
}

namespace {

template <class Function>
Function next(char const* name) {
  auto* const found = ::dlsym(RTLD_NEXT, name);
  if (found == nullptr) std::abort();  // another version of CAF: these names have to be looked at
  return reinterpret_cast<Function>(found);
}

}  // namespace

namespace caf {

void scheduled_actor::enqueue(mailbox_element_ptr message, execution_unit* on) {
  using function = void (*)(scheduled_actor*, mailbox_element_ptr, execution_unit*);
  static auto const real =
      next<function>("_ZN3caf15scheduled_actor7enqueueESt10unique_ptrINS_15mailbox_elementENS_6detail8disposerEEPNS_14"
                     "execution_unitE");
  __tsan_release(message.get());
  real(this, std::move(message), on);
}

scheduled_actor::activation_result scheduled_actor::reactivate(mailbox_element& message) {
  using function = activation_result (*)(scheduled_actor*, mailbox_element&);
  static auto const real = next<function>("_ZN3caf15scheduled_actor10reactivateERNS_15mailbox_elementE");
  __tsan_acquire(&message);
  return real(this, message);
}

resumable::resume_result scheduled_actor::resume(execution_unit* on, size_t messages_max) {
  using function = resume_result (*)(scheduled_actor*, execution_unit*, size_t);
  static auto const real = next<function>("_ZN3caf15scheduled_actor6resumeEPNS_14execution_unitEm");
  // The actor may be gone behind this call: what is released is its address, not itself.
  void* const self = this;
  __tsan_acquire(self);
  auto const ended = real(this, on, messages_max);
  __tsan_release(self);
  return ended;
}

}  // namespace caf

// glibc's own are the same objects under other names.
static_assert(sizeof(mtx_t) == sizeof(pthread_mutex_t) && sizeof(cnd_t) == sizeof(pthread_cond_t));

namespace {

pthread_mutex_t* of(mtx_t* one) { return reinterpret_cast<pthread_mutex_t*>(one); }
pthread_cond_t* of(cnd_t* one) { return reinterpret_cast<pthread_cond_t*>(one); }
int word(int code) { return code == 0 ? thrd_success : code == ETIMEDOUT ? thrd_timedout : thrd_error; }

struct start_of_thread {
  thrd_start_t run;
  void* with;
};

void* run_thread(void* given) {
  auto const start = *static_cast<start_of_thread*>(given);
  std::free(given);
  return reinterpret_cast<void*>(static_cast<long>(start.run(start.with)));
}

}  // namespace

extern "C" {

int mtx_init(mtx_t* one, int kind) {
  pthread_mutexattr_t how;
  pthread_mutexattr_init(&how);
  if ((kind & mtx_recursive) != 0) pthread_mutexattr_settype(&how, PTHREAD_MUTEX_RECURSIVE);
  auto const code = pthread_mutex_init(of(one), &how);
  pthread_mutexattr_destroy(&how);
  return word(code);
}
void mtx_destroy(mtx_t* one) { pthread_mutex_destroy(of(one)); }
int mtx_lock(mtx_t* one) { return word(pthread_mutex_lock(of(one))); }
int mtx_trylock(mtx_t* one) {
  auto const code = pthread_mutex_trylock(of(one));
  return code == EBUSY ? thrd_busy : word(code);
}
int mtx_unlock(mtx_t* one) { return word(pthread_mutex_unlock(of(one))); }

int cnd_init(cnd_t* one) { return word(pthread_cond_init(of(one), nullptr)); }
void cnd_destroy(cnd_t* one) { pthread_cond_destroy(of(one)); }
int cnd_signal(cnd_t* one) { return word(pthread_cond_signal(of(one))); }
int cnd_broadcast(cnd_t* one) { return word(pthread_cond_broadcast(of(one))); }
int cnd_wait(cnd_t* one, mtx_t* with) { return word(pthread_cond_wait(of(one), of(with))); }
int cnd_timedwait(cnd_t* one, mtx_t* with, timespec const* until) {
  return word(pthread_cond_timedwait(of(one), of(with), until));
}

int thrd_create(thrd_t* made, thrd_start_t run, void* with) {
  auto* const start = static_cast<start_of_thread*>(std::malloc(sizeof(start_of_thread)));
  if (start == nullptr) return thrd_nomem;
  *start = {run, with};
  auto const code = pthread_create(made, nullptr, run_thread, start);
  if (code != 0) std::free(start);
  return word(code);
}
int thrd_join(thrd_t one, int* result) {
  void* ended = nullptr;
  auto const code = pthread_join(one, &ended);
  if (result != nullptr) *result = static_cast<int>(reinterpret_cast<long>(ended));
  return word(code);
}

}  // extern "C"
