using System.CommandLine;
using System.Globalization;
using Sa2VA.Cluster.Gateway;
using Sa2VA.Cluster.Gateway.Security;
using Sa2VA.Cluster.Nodes;
using Sa2VA.Cluster.Settings;

const int WrongSettings = 2;
const int ServerAway = 9;

var settingsFile = new Option<string>("--settings", "-s") { HelpName = "FILE", Description = "The gateway's settings (docs/api.md).", Required = true };
var root = new RootCommand("The HTTP API of a Sa2VA cluster.") { settingsFile, KeyCommands() };
root.SetAction(async (parsed, stop) =>
{
    var settings = GatewaySettings.Read(parsed.GetRequiredValue(settingsFile));
    await using var cluster = await ClusterConnection.OpenAsync(
        settings.Servers, new ClusterOptions { Name = settings.Name, Prefix = settings.Prefix, Archive = settings.Archive }, logs: null, stop);
    await using var app = GatewayApp.Create(settings, cluster);
    await app.RunAsync(stop);
    return 0;
});

try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (SettingsException wrong)
{
    Console.Error.WriteLine($"sa2va-gateway: {wrong.Message}");
    return WrongSettings;
}
catch (Exception away) when (ServerUnavailableException.Is(away))
{
    Console.Error.WriteLine($"sa2va-gateway: {away.Message}");
    return ServerAway;
}

static Command KeyCommands()
{
    var file = new Option<string>("--file", "-f") { HelpName = "FILE", Description = "The file of keys that the gateways' settings name.", Required = true };
    var name = new Argument<string>("NAME") { Description = "Whose key it is, for people." };
    var scopes = new Option<string[]>("--scope") { HelpName = "NAME", Description = string.Join(", ", Scope.All) + "; may be repeated. Default read.", DefaultValueFactory = _ => [Scope.Read] };
    scopes.AcceptOnlyFromAmong([.. Scope.All]);
    var days = new Option<int?>("--days") { HelpName = "N", Description = "Days after which it ends. Default never." };
    var add = new Command("add", "Make a key. Its secret is shown once and kept nowhere.") { name, scopes, days, file };
    add.SetAction(parsed =>
    {
        var (key, secret) = ApiKey.Create(
            parsed.GetRequiredValue(name), [.. parsed.GetValue(scopes)!.Distinct(StringComparer.Ordinal)], parsed.GetValue(days) is { } count ? TimeProvider.System.GetUtcNow().AddDays(count) : null);
        ApiKeyFile.Add(parsed.GetRequiredValue(file), key);
        Console.Out.WriteLine(secret);
    });

    var id = new Argument<string>("ID") { Description = "The key's id, as 'keys list' shows it." };
    var remove = new Command("remove", "Take a key back. Gateways that run notice it with the next request.") { id, file };
    remove.SetAction(parsed =>
    {
        if (!ApiKeyFile.Remove(parsed.GetRequiredValue(file), parsed.GetRequiredValue(id)))
            throw new SettingsException($"There is no key '{parsed.GetRequiredValue(id)}' in '{parsed.GetRequiredValue(file)}'.");
    });

    var list = new Command("list", "List the keys, without their secrets.") { file };
    list.SetAction(parsed =>
    {
        foreach (var key in ApiKeyFile.List(parsed.GetRequiredValue(file)))
            Console.Out.WriteLine($"{key.Id}  {string.Join(",", key.Scopes),-20}  {(key.Expires is { } end ? end.ToString("u", CultureInfo.InvariantCulture) : "never ends"),-20}  {key.Name}");
    });
    return new Command("keys", "Make, list and take back API keys.") { add, remove, list };
}
