using System.Net;
using System.Security.Claims;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.HttpOverrides;
using Sa2VA.Cluster.Conversations;
using Sa2VA.Cluster.Gateway.Conversations;
using Sa2VA.Cluster.Gateway.Dashboard;
using Sa2VA.Cluster.Gateway.Estimates;
using Sa2VA.Cluster.Gateway.Events;
using Sa2VA.Cluster.Gateway.Exports;
using Sa2VA.Cluster.Gateway.Jobs;
using Sa2VA.Cluster.Gateway.Operations;
using Sa2VA.Cluster.Gateway.Pixels;
using Sa2VA.Cluster.Gateway.Problems;
using Sa2VA.Cluster.Gateway.Security;
using Sa2VA.Cluster.Gateway.Uploads;
using Sa2VA.Cluster.Gateway.Videos;
using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Nodes;
using Sa2VA.Cluster.Progress;
using Sa2VA.Cluster.Videos;

namespace Sa2VA.Cluster.Gateway;

/// <summary>
/// The HTTP API of a cluster. It keeps nothing: any number of gateways may stand behind a balancer, and a caller may be served by another one
/// with each request.
/// </summary>
public static class GatewayApp
{
    private const string Prefix = "/api/v1";
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan HeaderPatience = TimeSpan.FromSeconds(15);

    /// <summary>Makes the application; the caller runs it.</summary>
    /// <param name="settings">Checked settings.</param>
    /// <param name="cluster">The way to the servers; outlives the application.</param>
    /// <exception cref="Settings.SettingsException">The keys or the certificate cannot be read.</exception>
    public static WebApplication Create(GatewaySettings settings, ClusterConnection cluster)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddJsonConsole(options => options.TimestampFormat = "O").AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        Listen(builder, settings);
        AddServices(builder.Services, settings, cluster);
        var app = builder.Build();
        Use(app, settings);
        Map(app);
        return app;
    }

    private static void Listen(WebApplicationBuilder builder, GatewaySettings settings)
    {
        var address = new Uri(settings.Listen);
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = settings.Limits.JobBytes;
            kestrel.Limits.RequestHeadersTimeout = HeaderPatience;
            if (address.IsLoopback && address.HostNameType == UriHostNameType.Dns) kestrel.ListenLocalhost(address.Port);
            else kestrel.Listen(IPAddress.Parse(address.Host.Trim('[', ']')), address.Port, point => Secure(point));

            void Secure(Microsoft.AspNetCore.Server.Kestrel.Core.ListenOptions point)
            {
                if (settings.Tls is { } tls && address.Scheme == Uri.UriSchemeHttps) point.UseHttps(ReadCertificate(tls));
            }
        });
    }

    private static X509Certificate2 ReadCertificate(TlsSettings tls)
    {
        try
        {
            return X509Certificate2.CreateFromPemFile(tls.Certificate, tls.Key);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            throw new Settings.SettingsException($"tls: '{tls.Certificate}' with '{tls.Key}' cannot be read: {failure.Message}", failure);
        }
    }

    private static void AddServices(IServiceCollection services, GatewaySettings settings, ClusterConnection cluster)
    {
        services.AddSingleton(settings).AddSingleton(cluster).AddSingleton(TimeProvider.System).AddSingleton(new ApiKeyFile(settings.Keys)).AddSingleton<StreamSlots>().AddSingleton<JobFeeds>().AddSingleton<KnownVideos>();
        services.AddSingleton(provider => new EventPublisher(cluster.Progress, cluster.Jobs.IsOverAsync, provider.GetRequiredService<ILogger<EventPublisher>>()));
        services.AddSingleton(provider => new VideoMailer(cluster.Transport, cluster.Journal, settings.Name, TimeProvider.System, provider.GetRequiredService<EventPublisher>().Tell));
        services.AddSingleton(MakeFolders(settings)).AddSingleton(new ShownVideos(settings)).AddSingleton<RenderSlots>();
        services.AddSingleton(provider => new VideoPrompts(cluster.Journal, provider.GetRequiredService<VideoMailer>(), TimeProvider.System));
        services.AddSingleton(new ConversationMailer(cluster.Transport, cluster.Journal, cluster.Conversations, settings.Name, TimeProvider.System));
        services.AddAuthentication(ApiKeyAuthentication.Name).AddScheme<AuthenticationSchemeOptions, ApiKeyAuthentication>(ApiKeyAuthentication.Name, _ => { });
        var policies = services.AddAuthorizationBuilder();
        foreach (var scope in Scope.All) policies.AddPolicy(scope, policy => policy.RequireAuthenticatedUser().RequireClaim(ApiKeyAuthentication.ScopeClaim, scope));
        // What does not bind is then told by the handler below, with the reason.
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        services.AddProblemDetails().AddExceptionHandler<FailureHandler>();
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
            json.SerializerOptions.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
            json.SerializerOptions.RespectNullableAnnotations = true;
            json.SerializerOptions.RespectRequiredConstructorParameters = true;
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
        });
        services.AddOpenApi("v1", options => options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "Sa2VA.Cluster";
            document.Info.Version = "1";
            document.Info.Description = "Referring segmentation over video archives: jobs of videos and sentences in, masks out. Show a key as 'Authorization: Bearer KEY'.";
            document.Servers?.Clear();
            return Task.CompletedTask;
        }));
        services.AddRateLimiter(limiter =>
        {
            limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context => RateLimitPartition.GetSlidingWindowLimiter(
                context.User.FindFirstValue(ClaimTypes.NameIdentifier) ?? context.Connection.RemoteIpAddress?.ToString() ?? "",
                _ => new SlidingWindowRateLimiterOptions { PermitLimit = settings.Limits.RequestsPerMinute, Window = Window, SegmentsPerWindow = 6, QueueLimit = 0 }));
            limiter.OnRejected = async (rejected, _) =>
            {
                rejected.HttpContext.Response.Headers.RetryAfter = $"{(int)Window.TotalSeconds / 6}";
                await Problem.Of(StatusCodes.Status429TooManyRequests, $"More than {settings.Limits.RequestsPerMinute} requests in a minute. Wait, or ask for larger pages.").ExecuteAsync(rejected.HttpContext);
            };
        });
        if (settings.Origins.Count > 0)
            services.AddCors(cors => cors.AddDefaultPolicy(policy => policy.WithOrigins([.. settings.Origins]).AllowAnyMethod().WithHeaders("Authorization", "Content-Type", "Idempotency-Key", "If-None-Match", "Last-Event-ID").WithExposedHeaders("ETag", "Location", "Retry-After")));
    }

    /// <exception cref="Settings.SettingsException">A folder cannot be made or written.</exception>
    private static UploadStore MakeFolders(GatewaySettings settings)
    {
        try
        {
            Directory.CreateDirectory(settings.ScratchFolder);
            if (settings.Uploads is { } uploads) Directory.CreateDirectory(uploads.Folder);
            return new UploadStore(settings);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new Settings.SettingsException($"uploads.folder '{settings.Uploads?.Folder}' or scratchFolder '{settings.ScratchFolder}' cannot be made or read: {failure.Message}", failure);
        }
    }

    private static void Use(WebApplication app, GatewaySettings settings)
    {
        if (settings.BehindProxy)
        {
            var forwarded = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto };
            forwarded.KnownIPNetworks.Clear();
            forwarded.KnownProxies.Clear();
            app.UseForwardedHeaders(forwarded);
        }

        app.UseExceptionHandler();
        app.UseStatusCodePages();
        if (settings.Origins.Count > 0) app.UseCors();
        app.UseMiddleware<AuditLog>();
        app.UseAuthentication();
        app.UseRateLimiter();
        app.UseAuthorization();
        app.UseMiddleware<AddressRules>();
    }

    private static void Map(WebApplication app)
    {
        var api = app.MapGroup(Prefix).ProducesProblem(StatusCodes.Status401Unauthorized).ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status429TooManyRequests)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        JobEndpoints.Map(api);
        VideoEndpoints.Map(api);
        MaskEndpoints.Map(api);
        PromptEndpoints.Map(api);
        PixelEndpoints.Map(api);
        ExportEndpoints.Map(api);
        UploadEndpoints.Map(api);
        EstimateEndpoints.Map(api);
        EventEndpoint.Map(api);
        ConversationEndpoints.Map(api);
        ClusterEndpoints.Map(api);
        DashboardEndpoints.Map(app);
        PriorityEndpoints.Map(api);
        app.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous();
        app.MapGet("/health/live", () => TypedResults.Ok()).AllowAnonymous().ExcludeFromDescription();
        app.MapGet("/health/ready", ReadyAsync).AllowAnonymous().ExcludeFromDescription();
    }

    /// <summary>Whether the servers answer.</summary>
    private static async Task<IResult> ReadyAsync(ClusterConnection cluster, CancellationToken stop)
    {
        await cluster.Jobs.ListJobsAsync(before: null, 1, stop);
        await cluster.Transport.LengthsAsync(stop);
        return TypedResults.Ok();
    }
}
