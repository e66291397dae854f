using System.Net;
using Sa2VA.Cluster.Settings;
using Sa2VA.Cluster.Sources;
using Sa2VA.Cluster.Sources.Remote;

namespace Sa2VA.Cluster.Tests.Sources;

public sealed class SourceRulesTests
{
    public static TheoryData<string, Func<SourceSettings, SourceSettings>> Wrong() => new()
    {
        { "'films'; give the folder's full path", s => s with { Roots = [new FileRoot("films")] } },
        { "no such folder on this machine", s => s with { Roots = [new FileRoot("/no/such")] } },
        { "a name has 2 to 40", s => s with { Roots = [new FileRoot("/", "A b")] } },
        { "none of file, http, https, s3", s => s with { Roots = [new FileRoot("/", "s3")] } },
        { "two roots called 'films' (/ and /usr)", s => s with { Roots = [new FileRoot("/", "films"), new FileRoot("/usr", "films")] } },
        { "has no buckets", s => s with { S3 = [new S3Store { Buckets = [] }] } },
        { "is not an http or https address", s => s with { S3 = [new S3Store { Buckets = ["*"], ServiceUrl = new Uri("ftp://host") }] } },
        { "an accessKey without a secretKey", s => s with { S3 = [new S3Store { Buckets = ["*"], AccessKey = "a" }] } },
        { "is anonymous and has an accessKey", s => s with { S3 = [new S3Store { Buckets = ["*"], AccessKey = "a", SecretKey = new Secret("b"), Anonymous = true }] } },
        { "sources.webHosts has 'http://host'", s => s with { WebHosts = ["http://host"] } },
        { "sources.webHosts has 'host:99999'", s => s with { WebHosts = ["host:99999"] } },
        { "sources.webHosts has 'a*.org'", s => s with { WebHosts = ["a*.org"] } },
        { "sources.webHosts has '*.10.0.0.1'", s => s with { WebHosts = ["*.10.0.0.1"] } },
        { "sources.webHosts has ''", s => s with { WebHosts = [""] } },
        { "sources.maxBytes is 0", s => s with { MaxBytes = 0 } },
        { "sources.cacheBytes is -1", s => s with { CacheBytes = -1 } },
        { "sources.connectTimeout", s => s with { ConnectTimeout = TimeSpan.Zero } },
        { "sources.stallTimeout", s => s with { StallTimeout = TimeSpan.Zero } },
        { "is shorter than sources.connectTimeout", s => s with { TotalTimeout = TimeSpan.FromSeconds(1) } },
        { "sources.retries is 101", s => s with { Retries = 101 } },
        { "sources.retryDelay", s => s with { RetryDelay = TimeSpan.FromSeconds(-1) } },
        { "sources.freshFor", s => s with { FreshFor = TimeSpan.FromSeconds(-1) } },
        { "sources.cacheFolder is empty", s => s with { CacheFolder = " " } },
        { "sources.cacheFolder '/dev/null/cache' cannot be made", s => s with { CacheFolder = "/dev/null/cache" } },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_wrong_setting_is_refused_by_name(string says, Func<SourceSettings, SourceSettings> spoil)
    {
        var failure = Assert.Throws<SettingsException>(() => new SourceFetcher(spoil(new SourceSettings())));
        Assert.Contains(says, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("media.example.org", "media.example.org", 443, true)]
    [InlineData("media.example.org", "MEDIA.example.org.", 80, true)]
    [InlineData("media.example.org", "media.example.org", 8080, false)]
    [InlineData("media.example.org:8080", "media.example.org", 8080, true)]
    [InlineData("media.example.org:8080", "media.example.org", 443, false)]
    [InlineData("media.example.org", "evil-media.example.org", 443, false)]
    [InlineData("media.example.org", "media.example.org.evil.com", 443, false)]
    [InlineData("*.example.org", "a.b.example.org", 443, true)]
    [InlineData("*.example.org", "example.org", 443, false)]
    [InlineData("*.example.org", "badexample.org", 443, false)]
    [InlineData("*", "anything.net", 443, true)]
    [InlineData("[::1]:9000", "::1", 9000, true)]
    [InlineData("::1", "[::1]", 80, true)]
    [InlineData("10.0.0.7", "10.0.0.7", 80, true)]
    [InlineData("bücher.example", "xn--bcher-kva.example", 443, true)]
    public void An_entry_allows_what_it_says(string entry, string host, int port, bool allowed)
        => Assert.Equal(allowed, WebHost.Parse(entry).Allows(host, port));

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("172.15.0.1", true)]
    [InlineData("172.16.0.1", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("172.32.0.1", true)]
    [InlineData("10.1.2.3", false)]
    [InlineData("192.168.0.1", false)]
    [InlineData("127.9.9.9", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("2606:4700::1111", true)]
    [InlineData("::1", false)]
    [InlineData("::", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("ff02::1", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData("::ffff:8.8.8.8", true)]
    [InlineData("64:ff9b::a00:1", false)]
    [InlineData("2002:a00:1::", false)]
    [InlineData("2001::1", false)]
    public void Only_addresses_of_the_internet_are_public(string address, bool isPublic)
        => Assert.Equal(isPublic, AddressRules.IsPublic(IPAddress.Parse(address)));

    [Theory]
    [InlineData("http://host/a.mp4?token=x", "http://host/a.mp4?...")]
    [InlineData("https://me:word@host/a.mp4", "https://...@host/a.mp4")]
    [InlineData("https://host/a@b.mp4", "https://host/a@b.mp4")]
    [InlineData("s3://bucket/key", "s3://bucket/key")]
    [InlineData("clips/what?.mp4", "clips/what?.mp4")]
    public void A_source_is_shown_without_its_secrets(string source, string shown) => Assert.Equal(shown, SourceAddress.Shown(source));
}
