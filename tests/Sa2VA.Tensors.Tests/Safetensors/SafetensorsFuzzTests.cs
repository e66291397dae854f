using System.Text;
using Sa2VA.Tensors.Safetensors;
using Sa2VA.Testing;

namespace Sa2VA.Tensors.Tests.Safetensors;

public sealed class SafetensorsFuzzTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_mutated_file_is_read_whole_or_refused_with_a_reason(int seed)
    {
        var random = new Random(seed);
        var refused = 0;
        for (var round = 0; round < 400; round++)
        {
            var path = _folder.File("mutated.safetensors");
            File.WriteAllBytes(path, Mutate(random, Sample(random)));
            try
            {
                using var file = SafetensorsFile.Open(path);
                ReadEverything(file);
            }
            catch (SafetensorsException e)
            {
                refused++;
                Assert.Equal(path, e.File);
                Assert.NotEmpty(e.Reason);
            }
        }

        Assert.True(refused > 100, $"Only {refused} of 400 mutations broke the file: they are too gentle to prove anything.");
    }

    [Theory]
    [InlineData(5)]
    [InlineData(6)]
    public void What_the_writer_writes_the_reader_reads_back(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 50; round++)
        {
            var tensors = RandomTensors(random);
            var path = _folder.File("round-trip.safetensors");
            using (var writer = SafetensorsWriter.Create(path, tensors.Select(tensor => tensor.Declaration)))
            {
                foreach (var (declaration, data) in tensors)
                    writer.Append(declaration.Name, data);
                writer.Commit();
            }

            using var file = SafetensorsFile.Open(path);
            Assert.Equal(tensors.Count, file.Entries.Length);
            foreach (var (declaration, data) in tensors)
            {
                var entry = file[declaration.Name];
                Assert.Equal((declaration.Dtype, string.Join(',', declaration.Shape)), (entry.Dtype, string.Join(',', entry.Shape)));
                Assert.Equal(data, file.Bytes(entry).ToArray());
                Assert.Equal(0, file.Pointer(entry) % entry.Dtype.Size());
            }
        }
    }

    private static void ReadEverything(SafetensorsFile file)
    {
        foreach (var entry in file.Entries)
        {
            var sum = 0;
            foreach (var b in file.Bytes(entry))
                sum += b;
            Assert.InRange(sum, 0, int.MaxValue);
        }
    }

    private static byte[] Sample(Random random)
    {
        var offset = 0L;
        var tensors = new List<string>();
        foreach (var (declaration, _) in RandomTensors(random))
        {
            var end = offset + declaration.ByteCount;
            tensors.Add(RawSafetensors.Tensor(declaration.Name, declaration.Dtype.Name(), $"[{string.Join(",", declaration.Shape)}]", offset, end));
            offset = end;
        }

        return RawSafetensors.File("{" + string.Join(",", tensors) + "}", (int)offset);
    }

    private static List<(SafetensorsDeclaration Declaration, byte[] Data)> RandomTensors(Random random)
    {
        var tensors = new List<(SafetensorsDeclaration, byte[])>();
        for (var i = random.Next(1, 9); i > 0; i--)
        {
            var shape = Enumerable.Range(0, random.Next(0, 4)).Select(_ => (long)random.Next(0, 5)).ToArray();
            var dtype = Enum.GetValues<SafetensorsDtype>()[random.Next(10)];
            var declaration = new SafetensorsDeclaration($"layer.{i}.wéight", dtype, [.. shape]);
            var data = new byte[declaration.ByteCount];
            random.NextBytes(data);
            tensors.Add((declaration, data));
        }

        return tensors;
    }

    private static byte[] Mutate(Random random, byte[] file)
    {
        var headerEnd = Math.Min(file.Length, 8 + (int)BitConverter.ToInt64(file));
        switch (random.Next(6))
        {
            case 0:
                return file[..random.Next(file.Length)];
            case 1:
                return [.. file, .. new byte[random.Next(1, 20)]];
            case 2:
                file[random.Next(8)] = (byte)random.Next(256);
                return file;
            case 3:
                for (var n = random.Next(1, 5); n > 0; n--)
                    file[random.Next(8, headerEnd)] = (byte)random.Next(256);
                return file;
            case 4:
                return SwapDigits(random, file, headerEnd);
            default:
                var text = Encoding.UTF8.GetString(file, 8, headerEnd - 8);
                var at = random.Next(text.Length);
                string[] splices = ["{", "}", "[", "]", ",", "\"", "0", "-", "9999999999999999999", "null", "\\ud800", "{\"a\":", "\u0000"];
                return RawSafetensors.File(Encoding.UTF8.GetBytes(text.Insert(at, splices[random.Next(splices.Length)])), file[headerEnd..]);
        }
    }

    // Keeps the JSON valid and makes its numbers disagree.
    private static byte[] SwapDigits(Random random, byte[] file, int headerEnd)
    {
        for (var i = 8; i < headerEnd; i++)
        {
            if (file[i] is >= (byte)'1' and <= (byte)'9' && random.Next(4) == 0)
                file[i] = (byte)('1' + random.Next(9));
        }

        return file;
    }
}
