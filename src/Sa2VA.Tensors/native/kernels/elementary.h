// Elementary functions on vectors. Included inside the namespace of an instruction set, after its vector type.

// 2^x for x <= 0, relative error below 1.2e-7; exactly 1 at 0, 0 below -126; not-a-number stays one.
SV_INLINE Vec exp2_nonpositive(Vec x) {
  const Vec n = nearest(larger(splat(-126.0f), x)), r = sub(x, n);
  Vec p = splat(0.00015353361884184145f);  // minimax on [-1/2, 1/2], 2e-9
  p = fma(p, r, splat(0.0013398874422486072f));
  p = fma(p, r, splat(0.00961843735784074f));
  p = fma(p, r, splat(0.055503324710993465f));
  p = fma(p, r, splat(0.24022647913626352f));
  p = fma(p, r, splat(0.6931472028550826f));
  p = fma(p, r, splat(1.0f));
  return where_less(x, -126.0f, zero(), scale_by_power(p, n));
}

// e^x for x <= 0.
SV_INLINE Vec exp_nonpositive(Vec x) {
  const Vec n = nearest(mul(larger(splat(-87.0f), x), splat(1.4426950408889634f)));
  Vec r = fma(n, splat(-0.693145751953125f), x);  // ln 2 in two parts: the first product is exact
  r = fma(n, splat(-1.42860682030941723e-6f), r);
  Vec p = splat(1.0f / 5040);
  p = fma(p, r, splat(1.0f / 720));
  p = fma(p, r, splat(1.0f / 120));
  p = fma(p, r, splat(1.0f / 24));
  p = fma(p, r, splat(1.0f / 6));
  p = fma(p, r, splat(0.5f));
  p = fma(mul(p, r), r, r);
  p = add(p, splat(1.0f));
  return where_less(x, -87.0f, zero(), scale_by_power(p, n));
}

// The error function, absolute error below 1e-7.
SV_INLINE Vec erf(Vec a) {
  const Vec t = absolute(a), s = mul(a, a);
  // |a| <= 0.9277: an odd polynomial.
  Vec low = splat(-5.96761703e-4f);
  low = fma(low, s, splat(4.99119423e-3f));
  low = fma(low, s, splat(-2.67681349e-2f));
  low = fma(low, s, splat(1.12819925e-1f));
  low = fma(low, s, splat(-3.76125336e-1f));
  low = fma(low, s, splat(1.28379166e-1f));
  low = fma(low, a, a);
  // Above: 1 - e^p(|a|).
  Vec high = fma(splat(-1.72853470e-5f), t, splat(3.83197126e-4f));
  high = fma(high, s, fma(splat(-3.88396438e-3f), t, splat(2.42546219e-2f)));
  high = fma(high, t, splat(-1.06777877e-1f));
  high = fma(high, t, splat(-6.34846687e-1f));
  high = fma(high, t, splat(-1.28717512e-1f));
  high = fma(high, t, sub(zero(), t));
  high = with_sign_of(sub(splat(1.0f), exp_nonpositive(high)), a);
  return where_less(t, 0.927734375f, low, high);
}

SV_INLINE Vec activate(Vec v, int act) {
  switch (act) {
    case SV_ACT_RELU:
      return larger(zero(), v);  // not-a-number stays one
    case SV_ACT_GELU:
      return mul(mul(v, splat(0.5f)), add(splat(1.0f), erf(mul(v, splat(0.70710678118654752f)))));
    case SV_ACT_SILU: {
      const Vec e = exp_nonpositive(sub(zero(), absolute(v)));  // v * sigmoid(v), without overflow on either side
      return div(mul(v, where_less(v, 0.0f, e, splat(1.0f))), add(splat(1.0f), e));
    }
    default:
      return v;
  }
}
