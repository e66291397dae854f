using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sa2VA.Cli.Remote;
using Sa2VA.Cluster.Local;
using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cli.Clustering;

/// <summary>
/// The gateway of a cluster on this machine: its settings in <c>gateway/gateway.json</c>, written from the nodes', and a key of its own in
/// <c>gateway/key</c>. As with the nodes' settings, what a person writes into the file beyond that stays.
/// </summary>
internal sealed class LocalGatewaySettings(LocalGateway gateway)
{
    // The profile by which commands find it.
    private const string Profile = "local";

    /// <summary>What jobs call the folder of uploads.</summary>
    public const string UploadsRoot = "uploads";

    private const string Variable = "SA2VA_GATEWAY";
    private const string Program = "sa2va-gateway.dll";
    private const int UsualPort = 8480;
    private const string UploadsFolder = "uploads";

    // Where it is built in a checkout.
    private static readonly string[] BuiltIn = ["src", "Sa2VA.Cluster.Gateway", "bin", "Release", "net10.0", Program];

    private string SettingsPath => Path.Combine(gateway.Folder, "gateway.json");

    /// <summary>The file of its own key, only for its owner.</summary>
    public string KeyFile => Path.Combine(gateway.Folder, "key");

    private string KeysFile => Path.Combine(gateway.Folder, "keys.json");

    /// <summary>The folder of uploads of a cluster's gateway.</summary>
    /// <param name="dataFolder">The cluster's.</param>
    public static string UploadsIn(string dataFolder) => Path.Combine(new LocalGateway(dataFolder).Folder, UploadsFolder);

    /// <summary>How it is started.</summary>
    /// <exception cref="CliException">The program is not there.</exception>
    public IReadOnlyList<string> Command => ["dotnet", "exec", Find(), "--settings", SettingsPath];

    /// <summary>Where it listens.</summary>
    public Uri Address => new(Read()["listen"]!.GetValue<string>());

    /// <summary>Its own key, made when it was first started.</summary>
    public Secret Key => Secret.FromFile(KeyFile);

    /// <summary>Writes the settings, and makes the key when there is none.</summary>
    /// <param name="node">The nodes' settings, as written.</param>
    /// <param name="stop">Stops.</param>
    public async Task WriteAsync(JsonObject node, CancellationToken stop)
    {
        Directory.CreateDirectory(gateway.Folder);
        var settings = File.Exists(SettingsPath) ? Read() : [];
        settings["listen"] ??= $"http://127.0.0.1:{LocalGateway.ChoosePort(UsualPort)}";
        settings["keys"] = KeysFile;
        settings["models"] = new JsonArray([.. node["models"]!.AsObject().Select(model => (JsonNode)model.Key)]);
        settings["servers"] = node["servers"]!.DeepClone();
        if (node["prefix"] is { } prefix) settings["prefix"] = prefix.DeepClone();
        var roots = node["sources"]!["roots"]!.AsArray().OfType<JsonObject>().Where(root => (string?)root["name"] != UploadsRoot);
        settings["roots"] = new JsonArray([.. roots.Select(root => root.DeepClone())]);
        settings["uploads"] ??= new JsonObject { ["folder"] = Path.Combine(gateway.Folder, UploadsFolder) };
        await File.WriteAllTextAsync(SettingsPath + ".new", settings.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n", stop);
        File.Move(SettingsPath + ".new", SettingsPath, overwrite: true);
        if (!File.Exists(KeyFile)) await MakeKeyAsync(stop);
    }

    /// <summary>Keeps address and key as a profile, so that <c>sa2va status</c> and its kin find it.</summary>
    public void Remember() => Profiles.Load().Add(Profile, Address, Key);

    /// <summary>Forgets the profile, unless it is another cluster's by now: commands that name no gateway should not wait for one that is down.</summary>
    public void Forget()
    {
        var profiles = Profiles.Load();
        if (File.Exists(SettingsPath) && profiles.NameOf(Address) == Profile) profiles.Remove(Profile);
    }

    private static string Find()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } chosen)
            return File.Exists(chosen) ? chosen : throw new CliException(ExitCodes.Usage, $"{Variable} is '{chosen}', and there is no such file.");
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            foreach (var candidate in (string[])[Path.Combine(folder.FullName, Program), Path.Combine([folder.FullName, .. BuiltIn])])
            {
                if (File.Exists(candidate)) return candidate;
            }
        }

        throw new CliException(ExitCodes.Usage, $"The gateway, {Program}, is not beside this program. Build it with 'dotnet build -c Release src/Sa2VA.Cluster.Gateway', or say where it is with {Variable}.");
    }

    private JsonObject Read()
    {
        try
        {
            return JsonNode.Parse(File.ReadAllText(SettingsPath)) as JsonObject ?? throw new JsonException("it holds no object");
        }
        catch (JsonException failure)
        {
            throw new SettingsException($"'{SettingsPath}' is no JSON: {failure.Message} Delete it to have it written anew.", failure);
        }
    }

    private async Task MakeKeyAsync(CancellationToken stop)
    {
        string[] scopes = ["--scope", "read", "--scope", "submit", "--scope", "operate"];
        var start = new ProcessStartInfo("dotnet", ["exec", Find(), "keys", "add", "this machine", .. scopes, "--file", KeysFile]) { UseShellExecute = false, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var secret = (await process.StandardOutput.ReadToEndAsync(stop)).Trim();
        await process.WaitForExitAsync(stop);
        if (process.ExitCode != 0 || secret.Length == 0) throw new CliException(ExitCodes.Output, $"No key could be made in '{KeysFile}'.");
        OwnerFile.Write(KeyFile, secret + "\n");
    }
}
