using System.Text.Json;

namespace Sa2VA.Cluster.Gateway.Tests;

[Collection(GatewayCollection.Name)]
public sealed class OpenApiTests(GatewayFixture fixture)
{
    private const string Update = "SA2VA_UPDATE_OPENAPI";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_document_in_the_repository_is_the_one_that_is_served()
    {
        using var stranger = await fixture.StrangerAsync();
        using var served = JsonDocument.Parse(await stranger.GetStringAsync("/openapi/v1.json", Stop));
        var text = JsonSerializer.Serialize(served, new JsonSerializerOptions { WriteIndented = true }) + "\n";
        var path = Path.Combine(Checkout.Folder, "docs", "openapi.json");
        if (Environment.GetEnvironmentVariable(Update) == "1") await File.WriteAllTextAsync(path, text, Stop);
        Assert.True(File.Exists(path) && await File.ReadAllTextAsync(path, Stop) == text, $"docs/openapi.json is not what the gateway serves. Run this test with {Update}=1 and commit the file.");
    }

    [Fact]
    public async Task Every_operation_has_a_name_a_summary_and_says_how_it_refuses()
    {
        using var stranger = await fixture.StrangerAsync();
        using var document = JsonDocument.Parse(await stranger.GetStringAsync("/openapi/v1.json", Stop));
        var operations = document.RootElement.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(verb => (path.Name, verb.Name, verb.Value))).ToList();
        Assert.True(operations.Count >= 20, $"{operations.Count} operations");
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (path, verb, operation) in operations)
        {
            Assert.True(names.Add(operation.GetProperty("operationId").GetString()!), $"{verb} {path} has another's name");
            Assert.NotEmpty(operation.GetProperty("summary").GetString()!);
            Assert.True(operation.GetProperty("responses").TryGetProperty("401", out _), $"{verb} {path}");
        }
    }
}
