using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace Sa2VA.Cluster.Sources.Remote;

/// <summary>An object of an S3 bucket.</summary>
internal sealed class S3File(SourceAddress.S3 address, string shown, IAmazonS3 client, S3Store store) : IRemoteFile
{
    public string Shown => shown;

    public string Name => Path.GetFileName(address.Key);

    /// <summary>A client that does not repeat by itself: <see cref="RemoteDownload"/> does, and knows how far it came.</summary>
    public static IAmazonS3 MakeClient(S3Store store, SourceSettings settings)
    {
        var config = new AmazonS3Config
        {
            ForcePathStyle = store.PathStyle ?? store.ServiceUrl is not null,
            AuthenticationRegion = store.Region,
            MaxErrorRetry = 0,
            ConnectTimeout = settings.ConnectTimeout,
            Timeout = Timeout.InfiniteTimeSpan,
            AllowAutoRedirect = false,
            // Stores with the same interface do not all have these; the SHA-256 of what arrived is ours.
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
        };
        if (store.ServiceUrl is { } url) config.ServiceURL = url.ToString();
        else config.RegionEndpoint = Amazon.RegionEndpoint.GetBySystemName(store.Region);
        if (store.Anonymous) return new AmazonS3Client(new AnonymousAWSCredentials(), config);
        return store.AccessKey is { } key ? new AmazonS3Client(new BasicAWSCredentials(key, store.SecretKey!.Reveal()), config) : new AmazonS3Client(config);
    }

    public async Task<RemoteBody> OpenAsync(long from, RemoteVersion? same, RemoteVersion? unless, CancellationToken cancellationToken)
    {
        // S3 gives every object a tag; a store that does not cannot be resumed.
        if (same?.ETag is null) from = 0;
        var request = new GetObjectRequest { BucketName = address.Bucket, Key = address.Key };
        if (from > 0) (request.ByteRange, request.EtagToMatch) = (new ByteRange($"bytes={from}-"), same!.ETag);
        if (unless?.ETag is { } known) request.EtagToNotMatch = known;
        try
        {
            var response = await client.GetObjectAsync(request, cancellationToken);
            var begin = response.HttpStatusCode == HttpStatusCode.PartialContent ? from : 0;
            var version = RemoteVersion.Of(response.ETag, response.LastModified is { } date ? new DateTimeOffset(date.ToUniversalTime()) : null);
            return new RemoteBody(new PlainErrors(response.ResponseStream), begin, begin + response.ContentLength, version, response);
        }
        catch (AmazonServiceException failure) when (failure.StatusCode == HttpStatusCode.NotModified)
        {
            return RemoteBody.Unchanged;
        }
        catch (AmazonServiceException failure) when (from > 0 && failure.StatusCode is HttpStatusCode.PreconditionFailed or HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            // Another version has taken its place: from the beginning.
            return await OpenAsync(0, same: null, unless, cancellationToken);
        }
        catch (AmazonServiceException failure)
        {
            throw Failure(failure);
        }
        catch (FormatException failure)
        {
            // The client takes every tag without a '-' for an MD5.
            throw new SourceException(SourceErrorKind.Unreadable, $"{store} gives '{shown}' an ETag that is neither an MD5 nor that of a multipart object. Serve the file over http(s) instead.", failure);
        }
        catch (AmazonClientException failure)
        {
            throw new SourceException(SourceErrorKind.NotAllowed, $"'{shown}': there are no credentials for {store}: {failure.Message} Set accessKey and secretKey in sources.s3, or anonymous.", failure);
        }
    }

    private SourceException Failure(AmazonServiceException failure)
    {
        var code = string.IsNullOrEmpty(failure.ErrorCode) ? failure.StatusCode.ToString() : failure.ErrorCode;
        var status = (int)failure.StatusCode;
        return status switch
        {
            401 or 403 => New(SourceErrorKind.NotAllowed, $"refuses '{shown}' ({code}). Check the credentials in sources.s3, and that they may read this bucket"),
            404 => New(SourceErrorKind.NotFound, $"has no '{shown}' ({code}). Check the bucket's name and the key"),
            0 or 408 or 429 or >= 500 => New(SourceErrorKind.Unreachable, $"cannot serve '{shown}' at the moment ({code}): {failure.Message}"),
            301 or 307 or 308 => New(SourceErrorKind.Unreadable, $"keeps the bucket of '{shown}' in another region or place ({code}). Set region or serviceUrl in sources.s3"),
            _ => New(SourceErrorKind.Unreadable, $"answers {status} ({code}) for '{shown}': {failure.Message}"),
        };

        SourceException New(SourceErrorKind kind, string what) => new(kind, $"{store} {what}.", failure);
    }

    /// <summary>The client's stream compares what it has read with the object's MD5, where the tag is one, and has an exception of its own for it.</summary>
    private sealed class PlainErrors(Stream inner) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            try
            {
                return await inner.ReadAsync(buffer, cancellationToken);
            }
            catch (AmazonClientException failure)
            {
                throw new InvalidDataException(failure.Message, failure);
            }
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing) inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
