// The tensor bridge: libtorch's operator dispatcher, tensors and autograd behind a C interface (see bridge.h).
// Operators are called boxed: arguments arrive tagged, are converted to what the operator's schema asks for, pushed
// on a stack, and the results are popped the same way. One function thus reaches every operator of any libtorch.
#include "bridge.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/grad_mode.h>
#include <c10/core/impl/LocalDispatchKeySet.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/version.h>

#include <string>
#include <vector>

#include "errors.h"
#include "handles.h"

namespace {

using sv::borrow;
using sv::give;

struct Operator {
  c10::OperatorHandle handle;
};

// Results that are lists live here until the thread's next call.
thread_local std::vector<std::vector<int64_t>> int_results;
thread_local std::vector<std::vector<void*>> tensor_results;

std::string describe(const c10::IValue& value) {
  if (value.isTensor()) {
    const auto& t = value.toTensor();
    if (!t.defined()) return "none";
    std::string text = c10::toString(t.scalar_type());
    text += "[";
    for (int64_t i = 0; i < t.dim(); i++) text += (i ? ", " : "") + std::to_string(t.size(i));
    text += "] on " + t.device().str();
    return text;
  }
  if (value.isTensorList()) {
    std::string text = "{";
    for (const at::Tensor& t : value.toTensorVector()) text += (text.size() > 1 ? "; " : "") + describe(c10::IValue(t));
    return text + "}";
  }
  if (value.isInt()) return std::to_string(value.toInt());
  if (value.isDouble()) return std::to_string(value.toDouble());
  if (value.isBool()) return value.toBool() ? "true" : "false";
  if (value.isIntList()) {
    std::string text = "(";
    for (int64_t i : value.toIntVector()) text += (text.size() > 1 ? ", " : "") + std::to_string(i);
    return text + ")";
  }
  return value.isNone() ? "none" : value.tagKind();
}

c10::TypePtr strip_optional(const c10::TypePtr& type) {
  if (auto optional = type->cast<c10::OptionalType>()) return optional->getElementType();
  return type;
}

c10::IValue to_ivalue(const SvValue& value, const c10::Argument& argument) {
  switch (value.tag) {
    case SV_NONE:
      // A required Tensor that is undefined and an optional one that is absent are different things to a boxed call.
      if (argument.type()->kind() == c10::TypeKind::TensorType) return at::Tensor();
      return c10::IValue();
    case SV_TENSOR: return borrow(value.p);
    case SV_INT: {
      auto type = strip_optional(argument.type());
      if (type->kind() == c10::TypeKind::FloatType) return static_cast<double>(value.i);
      if (type->kind() == c10::TypeKind::BoolType) return value.i != 0;
      if (type->kind() == c10::TypeKind::ListType) return std::vector<int64_t>{value.i};
      return value.i;
    }
    case SV_DOUBLE: return value.d;
    case SV_BOOL: return value.i != 0;
    case SV_INT_LIST: {
      auto* data = static_cast<const int64_t*>(value.p);
      return std::vector<int64_t>(data, data + value.n);
    }
    case SV_DOUBLE_LIST: {
      auto* data = static_cast<const double*>(value.p);
      return std::vector<double>(data, data + value.n);
    }
    case SV_TENSOR_LIST: {
      auto* data = static_cast<void* const*>(value.p);
      std::vector<at::Tensor> tensors;
      tensors.reserve(value.n);
      for (int32_t i = 0; i < value.n; i++) tensors.push_back(borrow(data[i]));
      return tensors;
    }
    case SV_OPTIONAL_TENSOR_LIST: {
      auto* data = static_cast<void* const*>(value.p);
      c10::List<c10::optional<at::Tensor>> tensors;
      for (int32_t i = 0; i < value.n; i++)
        tensors.push_back(data[i] == nullptr ? c10::optional<at::Tensor>() : c10::optional<at::Tensor>(borrow(data[i])));
      return tensors;
    }
    case SV_STRING: return std::string(static_cast<const char*>(value.p), value.n);
    case SV_DEVICE: return c10::Device(static_cast<c10::DeviceType>(value.i), static_cast<c10::DeviceIndex>(value.n));
    case SV_DEFAULT:
      if (!argument.default_value()) throw std::runtime_error("argument '" + argument.name() + "' has no default");
      return *argument.default_value();
    default: throw std::runtime_error("unknown argument tag " + std::to_string(value.tag));
  }
}

SvValue from_ivalue(const c10::IValue& value) {
  SvValue result{};
  if (value.isTensor()) {
    const auto& tensor = value.toTensor();
    result.tag = tensor.defined() ? SV_TENSOR : SV_NONE;
    result.p = tensor.defined() ? give(tensor) : nullptr;
  } else if (value.isInt()) {
    result.tag = SV_INT;
    result.i = value.toInt();
  } else if (value.isDouble()) {
    result.tag = SV_DOUBLE;
    result.d = value.toDouble();
  } else if (value.isBool()) {
    result.tag = SV_BOOL;
    result.i = value.toBool();
  } else if (value.isTensorList()) {
    auto& handles = tensor_results.emplace_back();
    for (const at::Tensor& tensor : value.toTensorVector()) handles.push_back(give(tensor));
    result.tag = SV_TENSOR_LIST;
    result.n = static_cast<int32_t>(handles.size());
    result.p = handles.data();
  } else if (value.isIntList()) {
    auto& ints = int_results.emplace_back(value.toIntVector());
    result.tag = SV_INT_LIST;
    result.n = static_cast<int32_t>(ints.size());
    result.p = ints.data();
  } else if (value.isScalar()) {
    return from_ivalue(value.toScalar().isFloatingPoint() ? c10::IValue(value.toScalar().toDouble()) : c10::IValue(value.toScalar().toLong()));
  } else if (!value.isNone()) {
    throw std::runtime_error("a result of type " + value.tagKind() + " cannot cross the bridge");
  }
  return result;
}

}  // namespace

SV_API const char* sv_last_error() { return sv::last_error().c_str(); }

SV_API int sv_op_find(const char* name, const char* overload, void** op) {
  return sv::guarded([&] {
    auto found = c10::Dispatcher::singleton().findSchema({name, overload});
    if (!found) throw std::runtime_error("this libtorch (" TORCH_VERSION ") has no such operator");
    *op = new Operator{*found};  // lives as long as the process: callers cache it
  });
}

SV_API int sv_op_call(void* op, const SvValue* args, int32_t count, int32_t gradient, SvValue* results, int32_t capacity,
                      int32_t* result_count) {
  auto& handle = static_cast<Operator*>(op)->handle;
  const auto& schema = handle.schema();
  std::vector<c10::IValue> stack;
  int status = sv::guarded([&] {
    sv::use_thread_count();
    int_results.clear();
    tensor_results.clear();
    const auto& arguments = schema.arguments();
    if (static_cast<size_t>(count) > arguments.size()) throw std::runtime_error("too many arguments");
    stack.reserve(arguments.size());
    for (size_t i = 0; i < arguments.size(); i++) {
      if (i < static_cast<size_t>(count)) {
        stack.push_back(to_ivalue(args[i], arguments[i]));
      } else {
        SvValue fallback{SV_DEFAULT, 0, {0}};
        stack.push_back(to_ivalue(fallback, arguments[i]));
      }
    }
    if (gradient) {
      c10::AutoGradMode mode(true);
      handle.callBoxed(&stack);
    } else {
      // Below autograd there is nothing to record and nothing to dispatch through.
      c10::impl::ExcludeDispatchKeyGuard guard(c10::autograd_dispatch_keyset_with_ADInplaceOrView);
      c10::AutoGradMode mode(false);
      handle.callBoxed(&stack);
    }
    if (stack.size() > static_cast<size_t>(capacity)) throw std::runtime_error("more results than expected");
    int_results.reserve(stack.size());
    tensor_results.reserve(stack.size());
    for (size_t i = 0; i < stack.size(); i++) results[i] = from_ivalue(stack[i]);
    *result_count = static_cast<int32_t>(stack.size());
  });
  if (status != 0) {
    // Say what was called with what: libtorch's own message often names neither.
    std::string text = schema.name() + (schema.overload_name().empty() ? "" : "." + schema.overload_name()) + "(";
    const auto& arguments = schema.arguments();
    for (int32_t i = 0; i < count && i < static_cast<int32_t>(arguments.size()); i++) {
      std::string shown;
      try { shown = describe(to_ivalue(args[i], arguments[i])); } catch (const std::exception&) { shown = "?"; }
      text += (i ? ", " : "") + arguments[i].name() + ": " + shown;
    }
    sv::last_error() = text + ") failed: " + sv::last_error();
  }
  return status;
}

SV_API int sv_tensor_from_host(const void* data, int64_t bytes, const int64_t* shape, int32_t dims, int32_t dtype, void** tensor) {
  return sv::guarded([&] {
    auto result = at::empty(at::IntArrayRef(shape, dims), at::TensorOptions().dtype(static_cast<at::ScalarType>(dtype)));
    if (static_cast<int64_t>(result.nbytes()) != bytes)
      throw std::runtime_error("the shape needs " + std::to_string(result.nbytes()) + " bytes, " + std::to_string(bytes) + " were given");
    if (bytes > 0) std::memcpy(result.data_ptr(), data, bytes);
    *tensor = give(std::move(result));
  });
}

SV_API int sv_tensor_from_memory(void* data, const int64_t* shape, int32_t dims, int32_t dtype, void (*release)(void*), void* context,
                                 void** tensor) {
  return sv::guarded([&] {
    auto options = at::TensorOptions().dtype(static_cast<at::ScalarType>(dtype));
    auto deleter = [release, context](void*) { if (release != nullptr) release(context); };
    *tensor = give(at::from_blob(data, at::IntArrayRef(shape, dims), deleter, options));
  });
}

SV_API void sv_tensor_release(void* tensor) { sv::release(tensor); }

SV_API int64_t sv_tensor_live() { return sv::live_handles.load(std::memory_order_relaxed); }

SV_API int32_t sv_tensor_dims(void* tensor) { return static_cast<int32_t>(static_cast<c10::TensorImpl*>(tensor)->dim()); }

SV_API void sv_tensor_shape(void* tensor, int64_t* shape, int64_t* strides) {
  auto* impl = static_cast<c10::TensorImpl*>(tensor);
  auto sizes = impl->sizes();
  auto steps = impl->strides();
  for (size_t i = 0; i < sizes.size(); i++) {
    shape[i] = sizes[i];
    if (strides != nullptr) strides[i] = steps[i];
  }
}

SV_API int32_t sv_tensor_dtype(void* tensor) {
  return static_cast<int32_t>(c10::typeMetaToScalarType(static_cast<c10::TensorImpl*>(tensor)->dtype()));
}

SV_API void sv_tensor_device(void* tensor, int32_t* type, int32_t* index) {
  auto device = static_cast<c10::TensorImpl*>(tensor)->device();
  *type = static_cast<int32_t>(device.type());
  *index = device.index();
}

SV_API int32_t sv_tensor_is_contiguous(void* tensor) { return static_cast<c10::TensorImpl*>(tensor)->is_contiguous(); }

SV_API int sv_tensor_data(void* tensor, void** data) {
  return sv::guarded([&] {
    auto t = borrow(tensor);
    if (!t.device().is_cpu()) throw std::runtime_error("the data of a tensor on " + t.device().str() + " cannot be read in place: move it to the cpu first");
    *data = t.data_ptr();
  });
}

SV_API int sv_tensor_set_requires_grad(void* tensor, int32_t value) {
  return sv::guarded([&] { borrow(tensor).set_requires_grad(value != 0); });
}

SV_API int32_t sv_tensor_requires_grad(void* tensor) { return borrow(tensor).requires_grad(); }

SV_API int sv_tensor_backward(void* tensor, void* gradient) {
  return sv::guarded([&] {
    sv::use_thread_count();
    c10::AutoGradMode mode(true);
    std::vector<at::Tensor> seeds;
    if (gradient != nullptr) seeds.push_back(borrow(gradient)); else seeds.emplace_back();
    torch::autograd::backward({borrow(tensor)}, seeds);
  });
}

SV_API int sv_tensor_grad(void* tensor, void** gradient) {
  return sv::guarded([&] {
    auto grad = borrow(tensor).grad();
    *gradient = grad.defined() ? give(grad) : nullptr;
  });
}

SV_API int sv_tensor_set_grad(void* tensor, void* gradient) {
  return sv::guarded([&] { borrow(tensor).mutable_grad() = gradient == nullptr ? at::Tensor() : borrow(gradient); });
}

SV_API int sv_manual_seed(uint64_t seed) {
  return sv::guarded([&] { at::manual_seed(seed); });
}

SV_API int32_t sv_cuda_device_count() {
  try {
    return at::hasCUDA() ? static_cast<int32_t>(c10::impl::VirtualGuardImpl(c10::DeviceType::CUDA).deviceCount()) : 0;
  } catch (const std::exception&) {
    return 0;
  }
}

SV_API int sv_cuda_synchronize(int32_t index) {
  return sv::guarded([&] {
    c10::impl::VirtualGuardImpl device(c10::DeviceType::CUDA);
    device.getStream(c10::Device(c10::DeviceType::CUDA, static_cast<c10::DeviceIndex>(index))).synchronize();
  });
}

SV_API const char* sv_torch_version() { return TORCH_VERSION; }
