// C interface of linear layers with a byte per weight and a scale per output (see bridge.h for the conventions).
#pragma once
#include "bridge.h"

// A float32 or bfloat16 matrix [N, K] on the CPU as int8 values [N, K] and float32 scales [N].
SV_API int sv_int8_rows(void* matrix, void** values, void** scales);
// act(scales * (input . values^T) + bias) for float32 input, on the CPU.
SV_API int sv_linear_int8(void* input, void* values, void* scales, void* bias, int32_t activation, void** output);
