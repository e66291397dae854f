// Error text and thread counts of the bridge.
#include <ATen/Parallel.h>

#include <atomic>
#include <thread>

#include "bridge.h"
#include "errors.h"

namespace sv {

namespace {
// Debian's libtorch starts with one thread; all cores are the better default.
std::atomic<int> threads{static_cast<int>(std::max(1u, std::thread::hardware_concurrency()))};
thread_local int applied = 0;
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
    sv::use_thread_count();
  });
}

SV_API int32_t sv_get_threads() { return sv::thread_count(); }
