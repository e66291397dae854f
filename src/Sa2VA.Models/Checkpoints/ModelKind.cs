namespace Sa2VA.Models.Checkpoints;

/// <summary>What a folder of weights is.</summary>
public enum ModelKind
{
    /// <summary>Sa2VA over an InternVL model: Sa2VA-1B to 26B and the InternVL3 ones; Sa2VA-i as well.</summary>
    Sa2vaInternVl,

    /// <summary>Sa2VA over Qwen2.5-VL or Qwen3-VL.</summary>
    Sa2vaQwenVl,

    /// <summary>UniPixel: Qwen2.5-VL with a SAM 2.1 tracker.</summary>
    UniPixel,

    /// <summary>SAM 2 or 2.1 alone, under the names of the official code.</summary>
    Sam2,
}
