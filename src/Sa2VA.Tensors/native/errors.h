// Errors and per-thread settings shared by the bridge's files.
#pragma once
#include <c10/util/Exception.h>

#include <exception>
#include <string>

namespace sv {

std::string& last_error();

// libgomp keeps its thread count per thread, and .NET calls from many: each applies the process-wide choice once.
void use_thread_count();
int thread_count();

template <typename F>
int guarded(F&& body) noexcept {
  try {
    body();
    return 0;
  } catch (const c10::Error& e) {
    last_error() = e.what_without_backtrace();
  } catch (const std::exception& e) {
    last_error() = e.what();
  } catch (...) {
    last_error() = "unknown C++ exception";
  }
  return 1;
}

}  // namespace sv
