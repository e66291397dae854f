// Handles: each given one owns a reference to its TensorImpl, and is counted.
#pragma once
#include <ATen/core/Tensor.h>

#include <atomic>

namespace sv {

inline std::atomic<int64_t> live_handles{0};

inline void* give(at::Tensor tensor) {
  live_handles.fetch_add(1, std::memory_order_relaxed);
  return tensor.unsafeReleaseTensorImpl();
}

// Adds a reference for the time of a call.
inline at::Tensor borrow(void* handle) {
  if (handle == nullptr) return at::Tensor();
  return at::Tensor(c10::intrusive_ptr<c10::TensorImpl, c10::UndefinedTensorImpl>::reclaim_copy(static_cast<c10::TensorImpl*>(handle)));
}

inline void release(void* handle) {
  if (handle == nullptr) return;
  live_handles.fetch_sub(1, std::memory_order_relaxed);
  c10::intrusive_ptr<c10::TensorImpl, c10::UndefinedTensorImpl>::reclaim(static_cast<c10::TensorImpl*>(handle));
}

}  // namespace sv
