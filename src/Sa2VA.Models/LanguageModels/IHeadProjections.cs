using Sa2VA.Tensors;

namespace Sa2VA.Models.LanguageModels;

/// <summary>Where decoder families differ: how a layer's queries, keys and values are stored, and the way back.</summary>
internal interface IHeadProjections
{
    /// <param name="x">[1, n, H]</param>
    /// <returns>Queries [1, n, heads, d], keys and values [1, n, kv heads, d], not yet rotated.</returns>
    (Tensor Queries, Tensor Keys, Tensor Values) Split(Tensor x);

    /// <param name="heads">[1, n, heads·d] → [1, n, H]</param>
    Tensor Join(Tensor heads);
}
