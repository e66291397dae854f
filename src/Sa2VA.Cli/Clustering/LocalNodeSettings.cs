using System.Text.Json;
using System.Text.Json.Nodes;
using Sa2VA.Cli.Commands;
using Sa2VA.Cluster.Local;
using Sa2VA.Cluster.Nodes;
using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cli.Clustering;

/// <summary>
/// The settings that all nodes of a cluster on this machine share, in <c>node.json</c>. A person may edit the file: options of the command
/// line and the servers' places are written into it, everything else in it stays (but for comments).
/// </summary>
internal sealed class LocalNodeSettings
{
    private readonly string _folder;
    private readonly JsonObject _settings;

    private LocalNodeSettings(string folder, JsonObject settings) => (_folder, _settings) = (folder, settings);

    /// <summary>As they are written.</summary>
    public JsonObject Content => _settings;

    /// <summary>Reads what is there, and adds what was chosen.</summary>
    public static LocalNodeSettings Read(string folder, LocalNodeChoice choice)
    {
        var settings = new LocalNodeSettings(folder, File.Exists(FileIn(folder)) ? Parse(FileIn(folder)) : []);
        settings.Choose(choice);
        return settings;
    }

    public static string FileIn(string folder) => Path.Combine(folder, "node.json");

    /// <summary>Puts in where the servers are, writes the file, and reads it as a node would.</summary>
    /// <exception cref="SettingsException">A node would refuse it.</exception>
    public NodeSettings Write(LocalServers servers)
    {
        _settings["servers"] = new JsonObject
        {
            ["postgres"] = Endpoint(servers.Postgres), ["rabbitMq"] = Endpoint(servers.RabbitMq), ["redis"] = Endpoint(servers.Redis),
        };
        var file = FileIn(_folder);
        File.WriteAllText(file + ".new", _settings.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
        File.Move(file + ".new", file, overwrite: true);
        return SettingsFile.Read<NodeSettings>(file);
    }

    /// <summary>Refuses, before anything is started, what no node could work with.</summary>
    public void RequireModels()
    {
        if (_settings["models"] is not JsonObject { Count: > 0 } models)
        {
            throw new CliException(ExitCodes.Usage,
                $"The nodes have no model. Name one with --model [NAME=]DIR or {RunCommand.ModelVariable}, for example --model nano=models/sa2va-nano, or start the servers only with --nodes 0.");
        }

        foreach (var (name, model) in models)
        {
            // A folder alone, or an object that says more about its use.
            var folder = model is JsonObject choice ? (string?)choice["folder"] : (string?)model;
            if (!Directory.Exists(folder)) throw new CliException(ExitCodes.Model, $"The model '{name}' should be in '{folder}', and there is no such folder.");
        }
    }

    private void Choose(LocalNodeChoice choice)
    {
        _settings["name"] ??= "local";
        string[] models = choice.Models.Count > 0 ? [.. choice.Models]
            : !_settings.ContainsKey("models") && Environment.GetEnvironmentVariable(RunCommand.ModelVariable) is { Length: > 0 } usual ? [usual] : [];
        if (models.Length > 0) _settings["models"] = new JsonObject(models.Select(Model).DistinctBy(model => model.Key));
        _settings["models"] ??= new JsonObject();
        if (choice.Devices.Count > 0 || _settings["devices"] is not JsonArray)
            _settings["devices"] = new JsonArray([.. (choice.Devices.Count > 0 ? choice.Devices : ["cpu"]).Select(device => new JsonObject { ["device"] = device })]);
        if (choice.Slots is { } slots)
        {
            foreach (var device in _settings["devices"]!.AsArray().OfType<JsonObject>()) device["slots"] = slots;
        }

        if (choice.Videos.Count > 0 || _settings["sources"] is not JsonObject)
        {
            if (_settings["sources"] is not JsonObject sources) _settings["sources"] = sources = new JsonObject();
            sources["roots"] = new JsonArray([.. (choice.Videos.Count > 0 ? choice.Videos : ["."]).Select(root => new JsonObject { ["path"] = Path.GetFullPath(root) })]);
        }

        if (choice.Gateway) ReadUploads(LocalGatewaySettings.UploadsIn(_folder));
        _settings["scratchFolder"] ??= Path.Combine(_folder, "scratch");
    }

    /// <summary>Lets nodes read what a gateway was sent.</summary>
    private void ReadUploads(string folder)
    {
        var roots = _settings["sources"]!["roots"]!.AsArray();
        if (!roots.OfType<JsonObject>().Any(root => (string?)root["name"] == LocalGatewaySettings.UploadsRoot))
            roots.Add(new JsonObject { ["path"] = folder, ["name"] = LocalGatewaySettings.UploadsRoot });
    }

    private static KeyValuePair<string, JsonNode?> Model(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(text[(equals + 1)..]));
        return new(equals > 0 ? text[..equals] : Path.GetFileName(folder), folder);
    }

    private static JsonObject Parse(string file)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllText(file), documentOptions: new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true }) as JsonObject
                ?? throw new SettingsException($"'{file}' should hold the settings of a node. Delete it to have it written anew.");
        }
        catch (JsonException failure)
        {
            throw new SettingsException($"'{file}' is no JSON: {failure.Message} Delete it to have it written anew.", failure);
        }
    }

    private static JsonObject Endpoint(LocalServer server)
    {
        var endpoint = server.Endpoint;
        var written = new JsonObject { ["host"] = endpoint.Host, ["port"] = endpoint.Port };
        if (endpoint.User is not null) written["user"] = endpoint.User;
        written["password"] = new JsonObject { ["file"] = server.PasswordFile };
        written["space"] = endpoint.Space;
        return written;
    }
}
