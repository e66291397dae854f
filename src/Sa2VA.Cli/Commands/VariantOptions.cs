using System.CommandLine;
using Sa2VA.Cluster.Runs;
using Sa2VA.Models.Weights;

namespace Sa2VA.Cli.Commands;

/// <summary>The options that say how a model is used other than as its folder says, and by which protocol.</summary>
internal sealed class VariantOptions
{
    private const string Int8 = "int8";

    private readonly Option<string> _protocol = new("--protocol")
    {
        HelpName = "auto|sa2va|sa2va-i", Description = "How the answers about key frames become tracks; auto takes what suits the weights.", DefaultValueFactory = _ => "auto",
    };

    private readonly Option<string?> _sam2 = new("--sam2") { HelpName = "DIR", Description = "A plain SAM 2 checkpoint whose mask decoder tracks; the model's own then only reads sentences (Sa2VA-i's recipe for plain Sa2VA weights)." };
    private readonly Option<string> _quantize = new("--quantize") { HelpName = "none|int8", Description = "How the language model's weights are held: int8 takes half the memory of bfloat16.", DefaultValueFactory = _ => "none" };
    private readonly Option<bool> _selfFeedback = new("--self-feedback") { Description = "Put the first mask of a sentence back once as a prompt, and use the refined one." };

    public VariantOptions()
    {
        _protocol.AcceptOnlyFromAmong("auto", "sa2va", "sa2va-i");
        _quantize.AcceptOnlyFromAmong("none", Int8);
    }

    public IEnumerable<Option> All => [_protocol, _sam2, _quantize, _selfFeedback];

    /// <summary>Those that mean something where objects are followed as they are asked for; self-feedback is for runs.</summary>
    public IEnumerable<Option> ForTalking => [_protocol, _sam2, _quantize];

    public GroundingProtocol Protocol(ParseResult parsed) => parsed.GetValue(_protocol) switch
    {
        "sa2va" => GroundingProtocol.Sa2va,
        "sa2va-i" => GroundingProtocol.Sa2vaI,
        _ => GroundingProtocol.Auto,
    };

    public ModelVariant Variant(ParseResult parsed) => new()
    {
        Sam2 = parsed.GetValue(_sam2),
        Quantize = parsed.GetValue(_quantize) == Int8 ? Quantization.Int8 : Quantization.None,
        SelfFeedback = parsed.GetValue(_selfFeedback),
    };
}
