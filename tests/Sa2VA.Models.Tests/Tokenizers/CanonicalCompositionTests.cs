using System.Globalization;
using System.Text;
using Sa2VA.Models.Tokenizers;

namespace Sa2VA.Models.Tests.Tokenizers;

/// <summary>Form C against the results of another implementation (CPython's unicodedata, Unicode 14).</summary>
public sealed class CanonicalCompositionTests
{
    [Theory]
    [InlineData("0049 0353 0306 0309 0063 034A 0307", "012C 0353 0309 0063 034A 0307")]
    [InlineData("0069", "0069")]
    [InlineData("4E2D 0915", "4E2D 0915")]
    [InlineData("006F 030F 031C 0350 0350 006F 034A 0332 0306 031C", "020D 031C 0350 0350 006F 0332 031C 034A 0306")]
    [InlineData("0045 0335 0312", "0045 0335 0312")]
    [InlineData("212B 0368 0357 0317 030D", "00C5 0317 0368 0357 030D")]
    [InlineData("FB1D", "05D9 05B4")]
    [InlineData("006F 031A 033F 0357 0344", "006F 033F 0357 0308 0301 031A")]
    [InlineData("2126 034A 11A8 033A FB1D 031F 0365", "03A9 034A 11A8 033A 05D9 05B4 031F 0365")]
    [InlineData("0915", "0915")]
    [InlineData("11099 110BA 035D 0339 304B 0309 030F 0341 0335", "1109A 0339 035D 304B 0335 0309 030F 0301")]
    [InlineData("0958 3099", "0915 093C 3099")]
    [InlineData("4E2D 0075 0349 0365 0327 0368", "4E2D 0075 0327 0349 0365 0368")]
    [InlineData("0958 034C 033F 1E9B", "0915 093C 034C 033F 1E9B")]
    [InlineData("AC00 0359 0355 0308", "AC00 0359 0355 0308")]
    [InlineData("212B 0357 0369 0339 0324", "00C5 0339 0324 0357 0369")]
    [InlineData("0344 1E9B 0315 034E", "0308 0301 1E9B 034E 0315")]
    [InlineData("11099 110BA", "1109A")]
    [InlineData("304B 035E", "304B 035E")]
    [InlineData("0439 1161 036F 033F", "0439 1161 036F 033F")]
    [InlineData("004F 0333 0346 0323", "004F 0333 0323 0346")]
    [InlineData("F900 0323 035A 0335 032D", "8C48 0335 0323 035A 032D")]
    [InlineData("0073 030A 0055 031D", "0073 030A 0055 031D")]
    [InlineData("0061 036A 034B 0317", "0061 0317 036A 034B")]
    [InlineData("304B 0049 0344 032F 034E", "304B 1E2E 032F 034E")]
    [InlineData("0045 034F 0353 0356 035E 006F 0E38 036F 0363", "0045 034F 0353 0356 035E 006F 0E38 036F 0363")]
    [InlineData("0439 0332 030D 033D 0439", "0439 0332 030D 033D 0439")]
    [InlineData("0075 0338", "0075 0338")]
    [InlineData("0041 034C 0306", "0041 034C 0306")]
    [InlineData("0061 0313 0344 030C 032E", "0061 032E 0313 0308 0301 030C")]
    [InlineData("0075 034E", "0075 034E")]
    [InlineData("0049 032C 034D FB1D 030F 030E 036C", "0049 032C 034D 05D9 05B4 030F 030E 036C")]
    [InlineData("1E9B 033D 0327 030A 0049", "1E9B 0327 033D 030A 0049")]
    [InlineData("1100 036A 0358 0314 0065 0343", "1100 036A 0314 0358 0065 0313")]
    [InlineData("0049 1161 0303 0361 0343 212B", "0049 1161 0303 0313 0361 00C5")]
    [InlineData("FB1D 032D 0073 0345 0363 0340 032A", "05D9 05B4 032D 0073 032A 0363 0300 0345")]
    [InlineData("004E 0368", "004E 0368")]
    [InlineData("0073 0342 11099 110BA 035D 0303", "0073 0342 1109A 0303 035D")]
    [InlineData("AC00 0321 0318 0358", "AC00 0321 0318 0358")]
    [InlineData("2F800 032E 030A 0073", "4E3D 032E 030A 0073")]
    [InlineData("0FB2 0F71 0F80 032B", "0FB2 0F71 0F80 032B")]
    [InlineData("0FB2 0F71 0F80 0E38 034E 036B 0300", "0FB2 0E38 0F71 0F80 034E 036B 0300")]
    [InlineData("0344 0041 0364 035B 0360", "0308 0301 0041 0364 035B 0360")]
    [InlineData("0FB2 0F71 0F80 0337", "0FB2 0337 0F71 0F80")]
    [InlineData("006E 033B 0333 035F 006E 0315", "006E 033B 0333 035F 006E 0315")]
    [InlineData("0065 034B", "0065 034B")]
    [InlineData("0049 0369 034C 033C 0354 0344 0346", "0049 033C 0354 0369 034C 0308 0301 0346")]
    [InlineData("0065", "0065")]
    [InlineData("0045 036F 0318 0369", "0045 0318 036F 0369")]
    [InlineData("0065 031B 0325", "0065 031B 0325")]
    [InlineData("2126 0345 0335", "1FFC 0335")]
    [InlineData("006F 05B0 033A", "006F 05B0 033A")]
    [InlineData("0045 0313 0343 0341 0302 2F800 034D", "0045 0313 0313 0301 0302 4E3D 034D")]
    [InlineData("0049 0312", "0049 0312")]
    [InlineData("0041 0307 0329 0357 0342 0FB2 0F71 0F80", "0226 0329 0357 0342 0FB2 0F71 0F80")]
    [InlineData("0915 0323", "0915 0323")]
    [InlineData("0063 0339 0347 0303 0361", "0063 0339 0347 0303 0361")]
    [InlineData("2F800 034E 0340", "4E3D 034E 0300")]
    [InlineData("AC00 0341 0344 0367", "AC00 0301 0308 0301 0367")]
    [InlineData("0915 0327 0327 093C 11A8 1100 05B0 093C 0319 036B", "0915 093C 0327 0327 11A8 1100 093C 05B0 0319 036B")]
    public void Text_is_composed_as_Unicode_says(string input, string expected)
    {
        var composed = CanonicalComposition.Normalize(Text(input));
        Assert.Equal(expected, Hex(composed));
        Assert.Equal(composed, CanonicalComposition.Normalize(composed));
    }

    [Fact]
    public void Text_below_the_combining_marks_is_returned_as_it_is()
    {
        const string text = "Grüße, façade\r\n\t\0";
        Assert.Same(text, CanonicalComposition.Normalize(text));
    }

    [Fact]
    public void Half_of_a_surrogate_pair_becomes_the_replacement_character() =>
        Assert.Equal("a\uFFFDb", CanonicalComposition.Normalize("a\uD800b"));

    private static string Text(string hex) =>
        string.Concat(hex.Split(' ').Select(code => new Rune(int.Parse(code, NumberStyles.HexNumber)).ToString()));

    private static string Hex(string text) => string.Join(' ', text.EnumerateRunes().Select(rune => rune.Value.ToString("X4")));
}
