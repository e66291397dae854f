using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace Sa2VA.Cluster.Archive;

/// <summary>
/// The few operations on a bucket that an archive needs. Every failure that may pass is an <see cref="ArchiveAwayException"/>; trying again is
/// the caller's business, so the client library does not.
/// </summary>
internal sealed class S3Bucket : IDisposable
{
    private readonly S3ArchiveSettings _settings;
    private readonly AmazonS3Client _client;

    public S3Bucket(S3ArchiveSettings settings)
    {
        settings.Check();
        _settings = settings;
        var config = new AmazonS3Config
        {
            AuthenticationRegion = settings.Region,
            ForcePathStyle = settings.PathStyle ?? settings.ServiceUrl is not null,
            MaxErrorRetry = 0,
            Timeout = settings.Timeout,
            // Checksums in trailers are Amazon's own; a block carries checksums of its own, and the signature covers it on the way.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (settings.ServiceUrl is { } url) config.ServiceURL = url.ToString();
        else config.RegionEndpoint = Amazon.RegionEndpoint.GetBySystemName(settings.Region);
        _client = settings is { AccessKey: { } key, SecretKey: { } secret }
            ? new AmazonS3Client(new BasicAWSCredentials(key, secret.Reveal()), config)
            : new AmazonS3Client(config);
    }

    public Task PutAsync(string name, byte[] content, CancellationToken cancellationToken)
        => CallAsync(
            async stop =>
            {
                using var body = new MemoryStream(content, writable: false);
                return await _client.PutObjectAsync(
                    new PutObjectRequest { BucketName = _settings.Bucket, Key = name, InputStream = body, ContentType = "application/octet-stream", UseChunkEncoding = false }, stop);
            },
            cancellationToken);

    /// <summary>What an object holds, or null when there is none of this name.</summary>
    public Task<byte[]?> GetAsync(string name, CancellationToken cancellationToken)
        => CallAsync(
            async stop =>
            {
                try
                {
                    using var answer = await _client.GetObjectAsync(new GetObjectRequest { BucketName = _settings.Bucket, Key = name }, stop);
                    using var content = new MemoryStream((int)answer.ContentLength);
                    await answer.ResponseStream.CopyToAsync(content, stop);
                    return content.ToArray();
                }
                catch (AmazonS3Exception missing) when (missing.ErrorCode == "NoSuchKey")
                {
                    return null;
                }
            },
            cancellationToken);

    /// <summary>The names that begin with a stem, in their order.</summary>
    public Task<IReadOnlyList<string>> ListAsync(string stem, CancellationToken cancellationToken)
        => CallAsync<IReadOnlyList<string>>(
            async stop =>
            {
                var names = new List<string>();
                var request = new ListObjectsV2Request { BucketName = _settings.Bucket, Prefix = stem };
                for (; ; )
                {
                    var page = await _client.ListObjectsV2Async(request, stop);
                    names.AddRange(page.S3Objects?.Select(o => o.Key) ?? []);
                    if (page.IsTruncated != true) break;
                    request.ContinuationToken = page.NextContinuationToken;
                }

                names.Sort(StringComparer.Ordinal);
                return names;
            },
            cancellationToken);

    public Task DeleteAsync(string name, CancellationToken cancellationToken)
        => CallAsync(stop => _client.DeleteObjectAsync(new DeleteObjectRequest { BucketName = _settings.Bucket, Key = name }, stop), cancellationToken);

    public void Dispose() => _client.Dispose();

    private async Task<T> CallAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call(cancellationToken);
        }
        catch (AmazonServiceException failure) when (IsRefusal(failure))
        {
            throw new ArchiveAwayException($"The archive {_settings} refuses us: {failure.Message} ({failure.ErrorCode}). {AdviceFor(failure)}", failure) { IsRefusal = true };
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested
            && failure is AmazonServiceException or AmazonClientException or HttpRequestException or WebException or IOException or TimeoutException or OperationCanceledException)
        {
            throw new ArchiveAwayException($"The archive {_settings} cannot be used: {failure.Message}", failure);
        }
    }

    private static bool IsRefusal(AmazonServiceException failure)
        => failure.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized or HttpStatusCode.MovedPermanently
            || failure.ErrorCode is "NoSuchBucket" or "InvalidAccessKeyId" or "SignatureDoesNotMatch" or "AuthorizationHeaderMalformed" or "InvalidBucketName";

    private static string AdviceFor(AmazonServiceException failure) => failure.ErrorCode switch
    {
        "NoSuchBucket" or "InvalidBucketName" => "Correct Archive:S3:Bucket, or make the bucket.",
        "PermanentRedirect" or "AuthorizationHeaderMalformed" => "Correct Archive:S3:Region.",
        _ => "Correct Archive:S3:AccessKey and SecretKey, and let the key read, write, list and delete in this bucket.",
    };
}
