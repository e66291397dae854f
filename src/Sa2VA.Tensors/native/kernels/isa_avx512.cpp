// The kernels for AVX-512.
#if defined(__x86_64__)
// GCC 12 takes the undefined operands inside its own intrinsics for uses of uninitialised variables.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#include <immintrin.h>

#include "plan.h"

namespace sv {
namespace {
#include "vector_avx512.h"
#include "elementary.h"
#include "tile.h"
#include "linear_task.h"
#include "attention_task.h"
}  // namespace

const Isa avx512_isa = {"avx512", 2 * W, SmallRows, linear_task, attention_task};
}  // namespace sv
#endif
