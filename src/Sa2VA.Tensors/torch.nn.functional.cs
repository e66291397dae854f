using Sa2VA.Tensors.Interop;

namespace Sa2VA.Tensors;

public static unsafe partial class torch
{
    public static class nn
    {
        /// <summary>Stateless network functions. On the CPU, linear layers and attention take the bridge's own kernels.</summary>
        public static class functional
        {
            /// <summary><c>input · weightᵀ + bias</c>. On the CPU the weight may be bfloat16 (mapped from a checkpoint) under float32 input.</summary>
            /// <param name="input">[..., K]</param>
            /// <param name="weight">[N, K]</param>
            /// <param name="bias">[N]</param>
            /// <param name="activation">Applied to the result, at no extra pass on the CPU.</param>
            public static Tensor linear(Tensor input, Tensor weight, Tensor? bias = null, Activation activation = Activation.None)
            {
                if (!GradientEnabled && input.dtype == float32 && input.device.Type == DeviceType.CPU)
                {
                    Native.Check(Native.sv_linear(input.Handle, weight.Handle, bias?.Handle ?? 0, (int)activation, out var output));
                    return new Tensor(output);
                }

                using var scope = NewDisposeScope();
                var matrix = weight.dtype == input.dtype ? weight : weight.to(input.dtype);
                var result = Dispatcher.Call("aten::linear", "", input, matrix, bias is null || bias.dtype == input.dtype ? bias : bias.to(input.dtype));
                return activation.Apply(result).MoveToOuterDisposeScope();
            }

            /// <summary><c>(input · valuesᵀ) · scales + bias</c>: a linear layer with a byte per weight. Computes in the input's type; off the CPU the bytes are widened first.</summary>
            /// <param name="input">[..., K]</param>
            /// <param name="values">int8 [N, K], see <see cref="Int8Rows"/>.</param>
            /// <param name="scales">float32 [N]</param>
            /// <param name="bias">[N]</param>
            /// <param name="activation">Applied to the result.</param>
            public static Tensor linear_int8(Tensor input, Tensor values, Tensor scales, Tensor? bias = null, Activation activation = Activation.None)
            {
                if (!GradientEnabled && input.dtype == float32 && input.device.Type == DeviceType.CPU)
                {
                    Native.Check(Native.sv_linear_int8(input.Handle, values.Handle, scales.Handle, bias?.Handle ?? 0, (int)activation, out var output));
                    return new Tensor(output);
                }

                using var scope = NewDisposeScope();
                // Whole numbers up to 127 are exact in every type; the scales would not be.
                var sums = Dispatcher.Call("aten::linear", "", input, values.to(input.dtype), Argument.None).to(float32) * scales;
                var result = (bias is null ? sums : sums + bias.to(float32)).to(input.dtype);
                return activation.Apply(result).MoveToOuterDisposeScope();
            }

            /// <summary>Attention of queries [B, H, N, D] over keys [B or 1, H or a divisor of it, M, D] and values [.., M, Dv] → [B, H, N, Dv].</summary>
            /// <param name="attn_mask">Added to the scores, broadcast to [B, H, N, M].</param>
            /// <param name="is_causal">Query i sees keys up to i + M - N.</param>
            /// <param name="scale">Default 1/√D.</param>
            public static Tensor scaled_dot_product_attention(
                Tensor query, Tensor key, Tensor value, Tensor? attn_mask = null, bool is_causal = false, double? scale = null)
            {
                var factor = scale ?? 1 / Math.Sqrt(query.size(-1));
                if (!GradientEnabled && query.dtype == float32 && query.device.Type == DeviceType.CPU)
                {
                    Native.Check(Native.sv_attention(query.Handle, key.Handle, value.Handle, attn_mask?.Handle ?? 0, factor, is_causal ? 1 : 0, out var output));
                    return new Tensor(output);
                }

                return Attention.OverDispatcher(query, key, value, attn_mask, is_causal, factor);
            }

            public static Tensor conv2d(Tensor input, Tensor weight, Tensor? bias = null, long stride = 1, long padding = 0, long dilation = 1, long groups = 1) =>
                Dispatcher.Call("aten::conv2d", "", input, weight, bias, new[] { stride, stride }, new[] { padding, padding }, new[] { dilation, dilation }, groups);

            public static Tensor conv_transpose2d(Tensor input, Tensor weight, Tensor? bias = null, long stride = 1, long padding = 0) =>
                Dispatcher.Call("aten::conv_transpose2d", "input", input, weight, bias, new[] { stride, stride }, new[] { padding, padding });

            public static Tensor layer_norm(Tensor input, Tensor? weight, Tensor? bias, double eps = 1e-5) =>
                Dispatcher.Call("aten::layer_norm", "", input, new[] { input.size(-1) }, weight, bias, eps);

            public static Tensor softmax(Tensor input, long dim) => input.softmax(dim);

            public static Tensor relu(Tensor input) => input.relu();

            public static Tensor gelu(Tensor input, string approximate = "none") => input.gelu(approximate);

            public static Tensor silu(Tensor input) => input.silu();

            public static Tensor max_pool2d(Tensor input, long kernel, long stride) =>
                Dispatcher.Call("aten::max_pool2d", "", input, new[] { kernel, kernel }, new[] { stride, stride });

            /// <summary>Pads from the last dimension backwards: (left, right, top, bottom, ...).</summary>
            public static Tensor pad(Tensor input, long[] padding, double value = 0) =>
                Dispatcher.Call("aten::constant_pad_nd", "", input, padding, value);

            public static Tensor embedding(Tensor weight, Tensor indices) => Dispatcher.Call("aten::embedding", "", weight, indices);

            /// <summary>Resizes [B, C, H, W] to the given height and width.</summary>
            public static Tensor interpolate(Tensor input, long height, long width, InterpolationMode mode = InterpolationMode.Bilinear, bool align_corners = false, bool antialias = false)
            {
                var size = new[] { height, width };
                return (mode, antialias) switch
                {
                    (InterpolationMode.Nearest, false) => Dispatcher.Call("aten::upsample_nearest2d", "", input, size),
                    (InterpolationMode.Bilinear, false) => Dispatcher.Call("aten::upsample_bilinear2d", "", input, size, align_corners),
                    (InterpolationMode.Bicubic, false) => Dispatcher.Call("aten::upsample_bicubic2d", "", input, size, align_corners),
                    (InterpolationMode.Bilinear, true) => Dispatcher.Call("aten::_upsample_bilinear2d_aa", "", input, size, align_corners),
                    (InterpolationMode.Bicubic, true) => Dispatcher.Call("aten::_upsample_bicubic2d_aa", "", input, size, align_corners),
                    _ => throw new TensorException($"{mode} interpolation has no antialiased form."),
                };
            }

            public static Tensor one_hot(Tensor input, long classes) => Dispatcher.Call("aten::one_hot", "", input, classes);

            /// <summary>Mean cross-entropy of logits [N, C] against class indices [N], weighted by the wanted class where weights [C] are given.</summary>
            public static Tensor cross_entropy(Tensor input, Tensor target, long ignore_index = -100, Tensor? weight = null) =>
                Dispatcher.Call("aten::cross_entropy_loss", "", input, target, weight, 1L, ignore_index);

            public static Tensor binary_cross_entropy_with_logits(Tensor input, Tensor target) =>
                Dispatcher.Call("aten::binary_cross_entropy_with_logits", "", input, target);
        }
    }
}
