// C interface of the tensor bridge. Every function that can fail returns 0 on success and leaves a message in
// sv_last_error() otherwise (thread-local, valid until the next failing call on the same thread).
#pragma once
#include <cstdint>

#define SV_API extern "C" __attribute__((visibility("default")))

// Tags of a value that crosses the boundary. Lists point at memory that the caller keeps alive during the call;
// lists among the results are copied into a buffer owned by the thread and valid until its next call.
enum SvTag : int32_t {
  SV_NONE = 0,
  SV_TENSOR = 1,       // p: TensorImpl*
  SV_INT = 2,          // i
  SV_DOUBLE = 3,       // d
  SV_BOOL = 4,         // i != 0
  SV_INT_LIST = 5,     // p: int64_t[n]
  SV_DOUBLE_LIST = 6,  // p: double[n]
  SV_TENSOR_LIST = 7,  // p: TensorImpl*[n]
  SV_OPTIONAL_TENSOR_LIST = 8,  // as TENSOR_LIST, null entries mean "none" (advanced indexing)
  SV_STRING = 9,       // p: UTF-8, n bytes
  SV_DEVICE = 10,      // i: type, n: index (-1 = current)
  SV_DEFAULT = 11,     // take the schema's default
};

struct SvValue {
  int32_t tag;
  int32_t n;
  union {
    int64_t i;
    double d;
    void* p;
  };
};

SV_API const char* sv_last_error();

// Operators ---------------------------------------------------------------------------------------------------
SV_API int sv_op_find(const char* name, const char* overload, void** op);
SV_API int sv_op_call(void* op, const SvValue* args, int32_t count, int32_t gradient, SvValue* results, int32_t capacity,
                      int32_t* result_count);

// Tensors -----------------------------------------------------------------------------------------------------
SV_API int sv_tensor_from_host(const void* data, int64_t bytes, const int64_t* shape, int32_t dims, int32_t dtype, void** tensor);
SV_API int sv_tensor_from_memory(void* data, const int64_t* shape, int32_t dims, int32_t dtype, void (*release)(void*), void* context,
                                 void** tensor);
SV_API void sv_tensor_release(void* tensor);
SV_API int64_t sv_tensor_live();
SV_API int32_t sv_tensor_dims(void* tensor);
SV_API void sv_tensor_shape(void* tensor, int64_t* shape, int64_t* strides);
SV_API int32_t sv_tensor_dtype(void* tensor);
SV_API void sv_tensor_device(void* tensor, int32_t* type, int32_t* index);
SV_API int32_t sv_tensor_is_contiguous(void* tensor);
SV_API int sv_tensor_data(void* tensor, void** data);

// Gradients ---------------------------------------------------------------------------------------------------
SV_API int sv_tensor_set_requires_grad(void* tensor, int32_t value);
SV_API int32_t sv_tensor_requires_grad(void* tensor);
SV_API int sv_tensor_backward(void* tensor, void* gradient);
SV_API int sv_tensor_grad(void* tensor, void** gradient);
SV_API int sv_tensor_set_grad(void* tensor, void* gradient);

// Runtime -----------------------------------------------------------------------------------------------------
SV_API int sv_set_threads(int32_t threads);
SV_API int32_t sv_get_threads();
SV_API int sv_manual_seed(uint64_t seed);
SV_API int32_t sv_cuda_device_count();
SV_API int sv_cuda_synchronize(int32_t index);
SV_API const char* sv_torch_version();

// Fused CPU paths (kernels/): float32 activations; weights float32 or bfloat16. Fail when the arguments do not fit.
SV_API int sv_linear(void* input, void* weight, void* bias, int32_t activation, void** output);
SV_API int sv_attention(void* query, void* key, void* value, void* mask, double scale, int32_t causal, void** output);
