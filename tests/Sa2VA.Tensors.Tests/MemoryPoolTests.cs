using System.Diagnostics;
using Xunit;

namespace Sa2VA.Tensors.Tests;

/// <summary>Large CPU tensors take over the memory of released ones; nobody may notice but the clock.</summary>
public sealed class MemoryPoolTests
{
    private const int Threads = 4;
    private const int Rounds = 60;

    [Fact]
    public void Tensors_of_many_sizes_on_several_threads_never_share_memory()
    {
        Parallel.For(0, Threads, thread =>
        {
            using var scope = torch.NewDisposeScope();
            var random = new Random(thread);
            var held = new List<(Tensor Tensor, float Value)>();
            for (var round = 0; round < Rounds; round++)
            {
                var value = (thread * Rounds) + round;
                held.Add((torch.full([random.Next(1, 2_000_000)], value), value));
                if (held.Count > 5)
                {
                    var (tensor, expected) = held[random.Next(held.Count)];
                    held.Remove((tensor, expected));
                    Assert.True(tensor.eq(expected).all().item<bool>());
                    tensor.Dispose();
                }
            }

            Assert.All(held, pair => Assert.True(pair.Tensor.eq(pair.Value).all().item<bool>()));
        });
    }

    [Fact]
    public void Memory_beyond_what_is_kept_goes_back_to_the_system()
    {
        const long mebibyte = 1 << 20;
        for (var i = 0; i < 12; i++)
        {
            // Each a little larger than the last, so that none fits into what was kept, and 3 GiB in all.
            using var tensor = torch.zeros([(200 + (10 * i)) * mebibyte / sizeof(float)]);
        }

        using var process = Process.GetCurrentProcess();
        Assert.True(process.WorkingSet64 < 2048 * mebibyte, $"{process.WorkingSet64 / mebibyte} MiB are still resident");
    }
}
