// Attention of one block of queries of one head over all of its keys, block by block (online softmax). Included inside
// the namespace of an instruction set.

constexpr int64_t KeyBlock = 128;  // every running sum is rescaled at these keys: part of the result's definition
constexpr float Lowest = -__builtin_inff();

// Scores of one panel of queries against a strip of keys.
template <int NV>
struct ScoreTile {
  const float *q, *k;
  int64_t dim;
  float* scores;
  template <int MR>
  SV_INLINE void run() const {
    Vec acc[MR][NV];
    multiply<MR, NV, 1, MR, false>(q, k, dim, nullptr, 0, acc);
#pragma GCC unroll 16
    for (int i = 0; i < MR; i++)
#pragma GCC unroll 4
      for (int j = 0; j < NV; j++) store(scores + i * KeyBlock + j * W, acc[i][j]);
  }
};

// sums = sums * rescale[row] + weights . values
template <int NV>
struct ValueTile {
  const float *weights, *v;
  int64_t keys;
  float* sums;
  int64_t pitch;
  const float* rescale;
  template <int MR>
  SV_INLINE void run() const {
    Vec acc[MR][NV];
    multiply<MR, NV, KeyBlock, 1, false>(weights, v, keys, nullptr, 0, acc);
#pragma GCC unroll 16
    for (int i = 0; i < MR; i++) {
      const Vec r = splat(rescale[i]);
#pragma GCC unroll 4
      for (int j = 0; j < NV; j++) {
        float* to = sums + i * pitch + j * W;
        store(to, fma(load(to), r, acc[i][j]));
      }
    }
  }
};

// Turns a row of scores (in units of log 2) into weights 2^(score - maximum), keeping the running maximum and total.
// `count` is the valid part, `padded` its next multiple of W. Returns what earlier sums are to be multiplied by.
SV_INLINE float soften(float* row, int64_t count, int64_t padded, float& maximum, float& total) {
  for (int64_t j = count; j < padded; j++) row[j] = Lowest;
  Vec m = load(row);
  for (int64_t j = W; j < padded; j += W) m = larger(m, load(row + j));
  const float block = max_lanes(m), now = block > maximum ? block : maximum;
  const Vec shift = splat(now == Lowest ? 0.0f : now);
  Vec sum = zero();
  for (int64_t j = 0; j < padded; j += W) {
    const Vec w = exp2_nonpositive(sub(load(row + j), shift));
    store(row + j, w);
    sum = add(sum, w);
  }
  float rescale = 1.0f;
  if (now != maximum) {
    alignas(64) float lanes[W];
    store(lanes, exp2_nonpositive(splat(maximum - now)));
    rescale = lanes[0];
  }
  total = __builtin_fmaf(total, rescale, sum_lanes(sum));
  maximum = now;
  return rescale;
}

struct AttentionBlock {
  const SvAttention& a;
  int64_t batch, head, query, queries;  // which block
  Panels panels;
  int64_t width;  // value_dim rounded up to whole vectors
  float *q, *k, *v, *scores, *sums, *maximum, *total;

  SV_INLINE void add_mask(int64_t i, int64_t key, int64_t count, float* row) const {
    const float* m = a.mask + batch * a.mask_stride[0] + head * a.mask_stride[1] + (query + i) * a.mask_stride[2] + key * a.mask_stride[3];
    const int64_t step = a.mask_stride[3];
    for (int64_t j = 0; j < count; j++) row[j] = row[j] + m[j * step] * 1.4426950408889634f;
  }

  void pack_queries() const {
    const float* from = a.q + batch * a.q_stride[0] + head * a.q_stride[1] + query * a.q_stride[2];
    for (int64_t p = 0; p < panels.count; p++)
      pack_columns(from + panels.start(p) * a.q_stride[2], a.q_stride[2], panels.size(p), a.dim, q + panels.start(p) * a.dim, panels.size(p));
    const Vec scale = splat(a.scale * 1.4426950408889634f);
    for (int64_t i = 0; i < queries * a.dim; i += W) store(q + i, mul(load(q + i), scale));  // q has slack
  }

  template <typename T>
  void pack_keys_and_values(int64_t key, int64_t count) const {
    const int64_t group = head / a.kv_group;
    const T* from = static_cast<const T*>(a.k) + batch * a.k_stride[0] + group * a.k_stride[1] + key * a.k_stride[2];
    for (int64_t c = 0; c < count; c += Columns) {
      const int64_t strip = count - c > W ? Columns : W;
      if (strip > count - c) __builtin_memset(k + c * a.dim, 0, sizeof(float) * strip * a.dim);
      pack_columns(from + c * a.k_stride[2], a.k_stride[2], smaller(strip, count - c), a.dim, k + c * a.dim, strip);
    }
    const T* values = static_cast<const T*>(a.v) + batch * a.v_stride[0] + group * a.v_stride[1] + key * a.v_stride[2];
    for (int64_t c = 0; c < width; c += Columns) {
      const int64_t strip = smaller(Columns, width - c);
      float* to = v + c * count;
      for (int64_t j = 0; j < count; j++, to += strip) {
        const T* row = values + j * a.v_stride[2] + c;
        for (int64_t x = 0; x < strip; x += W)
          store(to + x, a.value_dim - c - x >= W ? load(row + x) : load_first(row + x, a.value_dim - c - x));
      }
    }
  }

  void attend(int64_t p, int64_t key, int64_t count) const {
    const int64_t rows = panels.size(p), start = panels.start(p);
    const int64_t limit = query + start + a.keys - a.queries;  // causal: the last key that the panel's first row sees
    if (a.causal && limit + rows - 1 < key) return;
    const float* from = q + start * a.dim;
    for (int64_t c = 0; c < count; c += Columns) {
      if (count - c > W) with_rows<MaxRows>(rows, ScoreTile<2>{from, k + c * a.dim, a.dim, scores + c});
      else with_rows<MaxRows>(rows, ScoreTile<1>{from, k + c * a.dim, a.dim, scores + c});
    }
    float rescale[MaxRows];
    const int64_t padded = (count + W - 1) / W * W;
    for (int64_t i = 0; i < rows; i++) {
      float* row = scores + i * KeyBlock;
      if (a.mask) add_mask(start + i, key, count, row);
      int64_t seen = count;
      if (a.causal && limit + i - key + 1 < count) seen = limit + i >= key ? limit + i - key + 1 : 0;
      rescale[i] = soften(row, seen, padded, maximum[start + i], total[start + i]);
    }
    for (int64_t c = 0; c < width; c += Columns) {
      float* to = sums + start * width + c;
      if (width - c > W) with_rows<MaxRows>(rows, ValueTile<2>{scores, v + c * count, count, to, width, rescale});
      else with_rows<MaxRows>(rows, ValueTile<1>{scores, v + c * count, count, to, width, rescale});
    }
  }

  void finish() const {
    for (int64_t i = 0; i < queries; i++) {
      const Vec by = splat(total[i] > 0.0f ? 1.0f / total[i] : total[i] == 0.0f ? 0.0f : total[i]);
      float* to = a.out + batch * a.out_stride[0] + head * a.out_stride[1] + (query + i) * a.out_stride[2];
      for (int64_t c = 0; c < a.value_dim; c += W) {
        const Vec value = mul(load(sums + i * width + c), by);
        if (a.value_dim - c >= W) store(to + c, value);
        else store_first(to + c, value, a.value_dim - c);
      }
    }
  }
};

inline void attention_task(const AttentionPlan& plan, int64_t task) {
  const SvAttention& a = *plan.a;
  const int64_t block = task % plan.blocks, head = task / plan.blocks % a.heads, batch = task / plan.blocks / a.heads;
  const int64_t query = block * plan.queries_per, queries = smaller(plan.queries_per, a.queries - query);
  const int64_t width = (a.value_dim + W - 1) / W * W;
  float* q = scratch((queries + KeyBlock) * a.dim + 2 * W + KeyBlock * width + MaxRows * KeyBlock + queries * (width + 2));
  float* k = q + queries * a.dim + 2 * W;
  float* v = k + KeyBlock * a.dim;
  float* scores = v + KeyBlock * width;
  float* sums = scores + MaxRows * KeyBlock;
  float* maximum = sums + queries * width;
  float* total = maximum + queries;
  __builtin_memset(sums, 0, sizeof(float) * queries * width);
  for (int64_t i = 0; i < queries; i++) {
    maximum[i] = Lowest;
    total[i] = 0.0f;
  }
  const AttentionBlock b{a, batch, head, query, queries, Panels(queries), width, q, k, v, scores, sums, maximum, total};
  b.pack_queries();
  int64_t keys = a.keys;
  if (a.causal) keys = smaller(keys, query + queries + a.keys - a.queries);
  for (int64_t key = 0; key < keys; key += KeyBlock) {
    const int64_t count = smaller(KeyBlock, a.keys - key);
    if (a.kv_is_bf16) b.pack_keys_and_values<bf16>(key, count);
    else b.pack_keys_and_values<float>(key, count);
    for (int64_t p = 0; p < b.panels.count; p++) b.attend(p, key, count);
  }
  b.finish();
}
