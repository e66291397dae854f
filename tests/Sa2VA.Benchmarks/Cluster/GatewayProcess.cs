using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sa2VA.Cluster.FaultTests;
using Sa2VA.Cluster.Gateway.Security;
using Sa2VA.Cluster.Local;

namespace Sa2VA.Benchmarks.Cluster;

/// <summary>A gateway in a process of its own, as it is started by hand.</summary>
internal sealed class GatewayProcess : IAsyncDisposable
{
    private readonly Process _process;

    private GatewayProcess(Process process, Uri address, string secret) => (_process, Address, Secret) = (process, address, secret);

    public int Id => _process.Id;

    public Uri Address { get; }

    /// <summary>A key that may read.</summary>
    public string Secret { get; }

    /// <summary>Starts one before a cluster and waits until it answers.</summary>
    /// <param name="cluster">Of this machine.</param>
    /// <param name="folder">For its settings.</param>
    /// <param name="streams">That its key may have open.</param>
    public static async Task<GatewayProcess> StartAsync(TestCluster cluster, TemporaryFolder folder, int streams)
    {
        var (key, secret) = ApiKey.Create("benchmark", [Scope.Read], expires: null);
        ApiKeyFile.Add(folder.File("keys.json"), key);
        var address = new Uri($"http://127.0.0.1:{LoopbackPort.Choose()}");
        var settings = new JsonObject
        {
            ["listen"] = address.GetLeftPart(UriPartial.Authority), ["keys"] = folder.File("keys.json"), ["models"] = new JsonArray(NanoModel.Name), ["servers"] = cluster.ServersSetting(),
            ["scratchFolder"] = folder.File("scratch"), ["limits"] = new JsonObject { ["requestsPerMinute"] = 1_000_000, ["streamsPerKey"] = streams },
        };
        await File.WriteAllTextAsync(folder.File("gateway.json"), settings.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardInput = true };
        foreach (var argument in (string[])["exec", Path.Combine(AppContext.BaseDirectory, "sa2va-gateway.dll"), "--settings", folder.File("gateway.json")]) start.ArgumentList.Add(argument);
        var gateway = new GatewayProcess(Process.Start(start)!, address, secret);
        try
        {
            await gateway.UntilReadyAsync();
            return gateway;
        }
        catch
        {
            await gateway.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task UntilReadyAsync()
    {
        using var client = new HttpClient { BaseAddress = Address };
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (await timer.WaitForNextTickAsync())
        {
            if (_process.HasExited) throw new InvalidOperationException($"The gateway ended with {_process.ExitCode}.");
            try
            {
                using var response = await client.GetAsync("/health/ready");
                if (response.IsSuccessStatusCode) return;
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }
        }
    }
}
