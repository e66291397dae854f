// Error text and thread counts of the bridge.
#include <ATen/Parallel.h>
#include <dlfcn.h>

#include <atomic>
#include <thread>

#include "bridge.h"
#include "errors.h"

namespace sv {

namespace {
// Debian's libtorch starts with one thread; all cores are the better default.
std::atomic<int> threads{static_cast<int>(std::max(1u, std::thread::hardware_concurrency()))};
thread_local int applied = 0;

// OpenBLAS keeps threads of its own, one number of them for the whole process, and reads that number from the environment only when it
// is loaded. Left alone, the products of callers that compute side by side would all want every core and wait for each other.
// A BLAS inside libtorch (MKL) follows at::set_num_threads and lacks the function.
void set_blas_threads(int count) {
  static const auto set = reinterpret_cast<void (*)(int)>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"));
  if (set != nullptr) set(count);
}
}  // namespace

std::string& last_error() {
  thread_local std::string text;
  return text;
}

int thread_count() { return threads.load(std::memory_order_relaxed); }

void use_thread_count() {
  int wanted = thread_count();
  if (applied == wanted) return;
  at::set_num_threads(wanted);
  applied = wanted;
}

}  // namespace sv

SV_API int sv_set_threads(int32_t count) {
  return sv::guarded([&] {
    if (count < 1) throw std::runtime_error("the number of threads must be at least 1");
    sv::threads.store(count, std::memory_order_relaxed);
    sv::set_blas_threads(count);
    sv::use_thread_count();
  });
}

SV_API int32_t sv_get_threads() { return sv::thread_count(); }
