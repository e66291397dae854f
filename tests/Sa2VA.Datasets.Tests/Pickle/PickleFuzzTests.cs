namespace Sa2VA.Datasets.Tests.Pickle;

public sealed class PickleFuzzTests
{
    private static readonly PickleLimits Limits = new() { MaxObjects = 200_000 };

    public static TheoryData<int> Protocols => [.. Enumerable.Range(0, 6)];

    [Theory]
    [MemberData(nameof(Protocols))]
    public void Damage_of_any_sort_is_one_exception(int protocol)
    {
        var whole = File.ReadAllBytes(Fixtures.PathOf($"protocol{protocol}.pkl"));
        // The first kilobytes hold every kind of value; the rest is one large dict.
        whole = [.. whole[..Math.Min(whole.Length, 3_500)], (byte)'.'];
        var random = new Random(protocol);
        var refused = 0;
        for (var round = 0; round < 5_000; round++)
        {
            if (!Survives(Mutated(whole, random)))
                refused++;
        }

        Assert.InRange(refused, 2_500, 5_000);
    }

    [Fact]
    public void Programs_of_random_instructions_are_one_exception_or_a_value()
    {
        var opcodes = Enum.GetValues<PickleOpcode>();
        var random = new Random(9);
        var read = 0;
        for (var round = 0; round < 20_000; round++)
        {
            List<byte> program = [.. "NK\u0001]}("u8];
            for (var i = random.Next(1, 30); i > 0; i--)
            {
                program.Add(random.Next(8) == 0 ? (byte)random.Next(256) : (byte)opcodes[random.Next(opcodes.Length)]);
                if (random.Next(3) == 0)
                    program.AddRange([.. Enumerable.Range(0, random.Next(5)).Select(_ => (byte)random.Next(4))]);
            }

            program.Add((byte)PickleOpcode.Stop);
            if (Survives([.. program]))
                read++;
        }

        Assert.InRange(read, 100, 19_000);
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public void A_pickle_that_is_cut_off_anywhere_is_refused(int protocol)
    {
        var whole = File.ReadAllBytes(Fixtures.PathOf($"protocol{protocol}.pkl"));
        for (var length = 0; length < whole.Length; length += length < 4_000 ? 1 : 97)
            Assert.Throws<PickleException>(() => PickleReader.Read(whole[..length], Limits));
    }

    /// <summary>Any exception but the one promised fails the test.</summary>
    private static bool Survives(byte[] bytes)
    {
        try
        {
            PickleReader.Read(bytes, Limits);
            return true;
        }
        catch (PickleException)
        {
            return false;
        }
    }

    private static byte[] Mutated(byte[] whole, Random random)
    {
        var bytes = whole.ToList();
        for (var changes = random.Next(1, 6); changes > 0; changes--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 20), bytes.Count - at));
                    break;
                case 3:
                    bytes.InsertRange(at, bytes[at..Math.Min(bytes.Count, at + random.Next(1, 40))]);
                    break;
                default:
                    bytes.Insert(at, (byte)"(.)]}lptuRbcgheaqr012"[random.Next(21)]);
                    break;
            }

            if (bytes.Count == 0)
                bytes.Add(0);
        }

        return [.. bytes];
    }
}
