using System.Text.Json;
using System.Text.Json.Serialization;
using Sa2VA.Cluster.Local;
using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cli.Remote;

/// <summary>Gateways by name, in a person's own folder: <c>profiles.json</c> and a file per key that only its owner can read.</summary>
internal sealed class Profiles
{
    public const string FolderVariable = "SA2VA_CONFIG";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    private readonly string _folder;
    private Content _content;

    private Profiles(string folder, Content content) => (_folder, _content) = (folder, content);

    /// <summary>The profile of commands that name none.</summary>
    public string? Default => _content.Default;

    /// <summary>Addresses by name.</summary>
    public IReadOnlyDictionary<string, Entry> All => _content.Profiles;

    /// <summary>Reads what there is; nothing when there is nothing.</summary>
    /// <exception cref="CliException">The file is damaged.</exception>
    public static Profiles Load()
    {
        var folder = Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } chosen
            ? chosen : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.DoNotVerify), "sa2va");
        var file = FileIn(folder);
        if (!File.Exists(file)) return new Profiles(folder, new Content(Default: null, new SortedDictionary<string, Entry>(StringComparer.Ordinal)));
        try
        {
            using var stream = File.OpenRead(file);
            return new Profiles(folder, JsonSerializer.Deserialize<Content>(stream, Json) is { Profiles: not null } content ? content : throw new JsonException("it is empty"));
        }
        catch (JsonException damaged)
        {
            throw new CliException(ExitCodes.Usage, $"'{file}' is damaged: {damaged.Message} Remove it, and add the profiles again with 'sa2va profile add'.", damaged);
        }
    }

    /// <summary>A profile by its name, or the default one.</summary>
    /// <exception cref="CliException">There is no such profile, or none at all.</exception>
    public (string Name, Entry Entry) Find(string? name)
    {
        name ??= _content.Default ?? throw new CliException(
            ExitCodes.Usage, $"Which gateway? Give --server, set {GatewayChoice.ServerVariable}, or keep one with 'sa2va profile add NAME --server ADDRESS'.");
        return _content.Profiles.TryGetValue(name, out var entry)
            ? (name, entry)
            : throw new CliException(ExitCodes.Usage, $"There is no profile '{name}'; {(All.Count == 0 ? "there are none" : $"known are {string.Join(", ", All.Keys)}")}.");
    }

    /// <summary>The profile with this address, if there is one.</summary>
    public string? NameOf(Uri server) => All.FirstOrDefault(pair => Uri.TryCreate(pair.Value.Server, UriKind.Absolute, out var known) && known == server).Key;

    public Secret KeyOf(string name) => Secret.FromFile(KeyFile(name));

    /// <summary>Adds a profile, or gives one another address and key. The first becomes the default.</summary>
    public void Add(string name, Uri server, Secret key)
    {
        if (name.Length is 0 or > 60 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            throw new CliException(ExitCodes.Usage, $"'{name}' is no name of a profile: use up to 60 letters, digits, '-' and '_'.");
        Directory.CreateDirectory(Path.GetDirectoryName(KeyFile(name))!);
        OwnerFile.Write(KeyFile(name), key.Reveal() + "\n");
        _content.Profiles[name] = new Entry(server.ToString());
        Save(_content with { Default = _content.Default ?? name });
    }

    /// <summary>Makes a profile the one of commands that name none.</summary>
    public void Use(string name)
    {
        Find(name);
        Save(_content with { Default = name });
    }

    /// <summary>Forgets a profile and its key.</summary>
    public void Remove(string name)
    {
        Find(name);
        File.Delete(KeyFile(name));
        _content.Profiles.Remove(name);
        Save(_content with { Default = _content.Default == name ? null : _content.Default });
    }

    private static string FileIn(string folder) => Path.Combine(folder, "profiles.json");

    private string KeyFile(string name) => Path.Combine(_folder, "keys", name);

    private void Save(Content content)
    {
        _content = content;
        Directory.CreateDirectory(_folder);
        File.WriteAllText(FileIn(_folder) + ".partial", JsonSerializer.Serialize(content, Json));
        File.Move(FileIn(_folder) + ".partial", FileIn(_folder), overwrite: true);
    }

    /// <summary>A gateway.</summary>
    /// <param name="Server">Its address.</param>
    internal sealed record Entry(string Server);

    private sealed record Content(string? Default, SortedDictionary<string, Entry> Profiles);
}
