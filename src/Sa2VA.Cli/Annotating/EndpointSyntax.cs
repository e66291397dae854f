using System.CommandLine;
using Sa2VA.Cluster.Annotation.Describing;
using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cli.Annotating;

/// <summary>The options that name a server which describes or compares. Keys are in the environment, where a list of processes does not show them.</summary>
internal sealed class EndpointSyntax
{
    public const string KeyVariable = "SA2VA_ENDPOINT_KEY";
    public const string CheckKeyVariable = "SA2VA_CHECK_KEY";

    private readonly Option<string?> _endpoint = new("--endpoint") { HelpName = "URL", Description = $"A server that speaks OpenAI's chat completions, for example https://api.example.org/v1. Its key is {KeyVariable}." };
    private readonly Option<string?> _model = new("--endpoint-model") { HelpName = "NAME", Description = "The model that describes, as the server calls it." };
    private readonly Option<string?> _check = new("--check-endpoint") { HelpName = "URL", Description = $"Another server for comparing descriptions. Its key is {CheckKeyVariable}." };
    private readonly Option<string?> _checkModel = new("--check-model") { HelpName = "NAME", Description = "Another model for comparing descriptions, on --check-endpoint or else --endpoint." };
    private readonly Option<int> _timeout = new("--timeout") { HelpName = "SECONDS", Description = "Time for one answer of a server.", DefaultValueFactory = _ => 180 };
    private readonly Option<int> _retries = new("--retries") { HelpName = "N", Description = "How often a server that is busy or away is asked again, with growing pauses.", DefaultValueFactory = _ => 6 };
    private readonly Option<double?> _temperature = new("--temperature") { HelpName = "T", Description = "Sampling temperature of servers. Default: theirs." };
    private readonly Option<string> _tokens = new("--token-field") { HelpName = "NAME", Description = "How servers are told the limit of tokens: max_tokens or max_completion_tokens.", DefaultValueFactory = _ => "max_tokens" };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_endpoint, _model, _check, _checkModel, _timeout, _retries, _temperature, _tokens]) command.Options.Add(option);
        _tokens.AcceptOnlyFromAmong("max_tokens", "max_completion_tokens");
        _timeout.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && !result.Errors.Any() && result.GetValueOrDefault<int>() is < 1 or > 3600) result.AddError("--timeout must be 1 to 3600.");
        });
        _retries.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && !result.Errors.Any() && result.GetValueOrDefault<int>() is < 0 or > 50) result.AddError("--retries must be 0 to 50.");
        });
        _temperature.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && !result.Errors.Any() && result.GetValueOrDefault<double?>() is { } value && value is not (>= 0 and <= 2)) result.AddError("--temperature must be 0 to 2.");
        });
    }

    /// <summary>The server that describes and the one that compares; null where there is none.</summary>
    /// <exception cref="CliException">The options contradict each other.</exception>
    /// <exception cref="SettingsException">An address cannot be used.</exception>
    public (EndpointOptions? Describer, EndpointOptions? Checker) Read(ParseResult parsed)
    {
        var (endpoint, model, check, checkModel) = (parsed.GetValue(_endpoint), parsed.GetValue(_model), parsed.GetValue(_check), parsed.GetValue(_checkModel));
        if (endpoint is null != model is null)
            throw new CliException(ExitCodes.Usage, endpoint is null ? "--endpoint-model names a model of a server: give --endpoint too." : "Which model of the server? Give --endpoint-model NAME.");
        if (check is not null && checkModel is null)
            throw new CliException(ExitCodes.Usage, "Which model of the server compares? Give --check-model NAME.");
        if (checkModel is not null && check is null && endpoint is null)
            throw new CliException(ExitCodes.Usage, "--check-model names a model of a server: give --check-endpoint, or --endpoint, too.");
        var describer = endpoint is null ? null : Options(parsed, EndpointAddress.Parse(endpoint, "--endpoint"), model!, KeyVariable);
        var checker = checkModel is null ? null
            : check is null ? describer! with { Model = checkModel }
            : Options(parsed, EndpointAddress.Parse(check, "--check-endpoint"), checkModel, CheckKeyVariable);
        return (describer, checker);
    }

    private EndpointOptions Options(ParseResult parsed, Uri address, string model, string variable) => new()
    {
        Address = address,
        Model = model,
        Key = Environment.GetEnvironmentVariable(variable) is { Length: > 0 } key ? new Secret(key) : null,
        Timeout = TimeSpan.FromSeconds(parsed.GetValue(_timeout)),
        Retries = parsed.GetValue(_retries),
        Temperature = parsed.GetValue(_temperature),
        TokenField = parsed.GetValue(_tokens) == "max_tokens" ? TokenField.MaxTokens : TokenField.MaxCompletionTokens,
    };
}
