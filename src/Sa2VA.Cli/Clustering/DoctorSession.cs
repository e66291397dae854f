using System.Text.Json.Nodes;
using Sa2VA.Cluster.Operations;

namespace Sa2VA.Cli.Clustering;

/// <summary><c>sa2va cluster doctor</c></summary>
internal static class DoctorSession
{
    public static Task<int> ExecuteAsync(string settings, TimeSpan silence, bool repair, string? verify, bool json, CancellationToken stop)
        => ClusterClient.WithAsync(
            settings,
            async (cluster, _) =>
            {
                var doctor = new Doctor(cluster.Jobs, cluster.Journal, cluster.Transport, cluster.Results, TimeProvider.System);
                var (found, left) = (0, 0);
                foreach (var finding in await doctor.FindOrphansAsync(silence, repair, stop)) Tell(finding);
                foreach (var finding in await doctor.CompareDeadAsync(repair, stop)) Tell(finding);
                if (verify is not null)
                {
                    await foreach (var finding in doctor.VerifyAsync(verify, stop)) Tell(finding);
                }

                if (left == 0 && !json) Console.Out.WriteLine(found == 0 ? "nothing is wrong" : "everything was repaired");
                return left == 0 ? ExitCodes.Success : ExitCodes.Server;

                void Tell(Finding finding)
                {
                    found++;
                    if (!finding.IsRepaired) left++;
                    JobSession.Say(json, $"{finding.VideoId}  {finding.Kind}  {finding.Detail}{(finding.IsRepaired ? " Repaired." : "")}", new JsonObject
                    {
                        ["type"] = "finding", ["videoId"] = finding.VideoId, ["kind"] = finding.Kind.ToString(), ["detail"] = finding.Detail, ["isRepaired"] = finding.IsRepaired,
                    });
                }
            },
            stop);
}
