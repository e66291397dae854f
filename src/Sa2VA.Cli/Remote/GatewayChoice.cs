using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cli.Remote;

/// <summary>Which gateway a command speaks to, and with which key.</summary>
/// <param name="Server">Its address.</param>
/// <param name="Key">The key.</param>
internal sealed record GatewayChoice(Uri Server, Secret Key)
{
    public const string ServerVariable = "SA2VA_SERVER";
    public const string KeyVariable = "SA2VA_KEY";

    /// <summary>What the command line says, else the environment, else a profile.</summary>
    /// <param name="server">Address given on the command line.</param>
    /// <param name="profile">Name of a profile given on the command line.</param>
    /// <exception cref="CliException">There is no address, or no key, or the key would travel in the open.</exception>
    public static GatewayChoice Resolve(string? server, string? profile)
    {
        if (server is not null && profile is not null)
            throw new CliException(ExitCodes.Usage, "Give either --server or --profile: a profile has an address of its own.");
        var variable = profile is null ? server ?? Environment.GetEnvironmentVariable(ServerVariable) : null;
        if (variable is { Length: > 0 })
        {
            var address = Parse(variable);
            return new GatewayChoice(address, KeyFor(address));
        }

        var profiles = Profiles.Load();
        var (name, entry) = profiles.Find(profile);
        return new GatewayChoice(Parse(entry.Server), profiles.KeyOf(name));
    }

    /// <summary>Makes an address of what a person wrote.</summary>
    /// <exception cref="CliException">It is none, or plain http to another machine.</exception>
    public static Uri Parse(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps))
            throw new CliException(ExitCodes.Usage, $"'{text}' is no address of a gateway. Write it as https://gateway.example.org or http://127.0.0.1:8480.");
        if (address.Scheme == Uri.UriSchemeHttp && !address.IsLoopback)
            throw new CliException(ExitCodes.Usage, $"'{text}' is plain http to another machine: whoever is between could read the key. Use https.");
        return address;
    }

    private static Secret KeyFor(Uri address)
    {
        if (Environment.GetEnvironmentVariable(KeyVariable) is { Length: > 0 } key) return new Secret(key);
        var profiles = Profiles.Load();
        return profiles.NameOf(address) is { } name
            ? profiles.KeyOf(name)
            : throw new CliException(ExitCodes.Access, $"There is no key for {address}. Set {KeyVariable}, or keep one with 'sa2va profile add NAME --server {address}'.");
    }
}
