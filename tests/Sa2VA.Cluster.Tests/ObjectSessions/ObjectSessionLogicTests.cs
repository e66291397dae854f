using Sa2VA.Cluster.ObjectSessions;
using Sa2VA.Media.Masks;

namespace Sa2VA.Cluster.Tests.ObjectSessions;

public sealed class ObjectSessionLogicTests
{
    private static readonly SessionClip Clip = new(64, 48, 90, [0, 30, 89]);

    [Fact]
    public void A_clip_is_chosen_once()
    {
        Assert.IsType<ObjectSessionEvent.ClipChosen>(Assert.Single(ObjectSessionLogic.Decide(new ObjectMemory(), new ObjectSessionCommand.ChooseClip(Clip))));
        Assert.Empty(ObjectSessionLogic.Decide(new ObjectMemory { Clip = Clip }, new ObjectSessionCommand.ChooseClip(Clip)));
    }

    [Fact]
    public void What_is_forgotten_can_be_remembered_again()
    {
        var remembered = Apply(new ObjectMemory { Clip = Clip }, new ObjectSessionEvent.ObjectRemembered(2, [RleCodec.Empty(48, 64)]));
        Assert.Equal([2], remembered.Objects.Keys);
        Assert.Empty(Apply(remembered, new ObjectSessionEvent.ObjectForgotten(2)).Objects);
    }

    [Fact]
    public void A_question_names_the_objects_that_it_spells()
    {
        var memory = new ObjectMemory { Clip = Clip };
        foreach (var id in (int[])[1, 2, 12]) memory = Apply(memory, new ObjectSessionEvent.ObjectRemembered(id, [RleCodec.Empty(48, 64)]));
        Assert.Equal([1, 12], ObjectSessionLogic.Named(memory, "Does [12] follow [1], or [3]?"));
        Assert.Empty(ObjectSessionLogic.Named(memory, "What happens?"));
    }

    [Theory]
    [InlineData(new[] { 0, 30, 60, 89 }, new[] { 31 }, new[] { 0, 31, 60, 89 })]
    [InlineData(new[] { 0, 30, 60, 89 }, new[] { 30, 89 }, new[] { 0, 30, 60, 89 })]
    [InlineData(new[] { 0, 30, 60, 89 }, new[] { 31, 32, 33 }, new[] { 31, 32, 33, 89 })]
    [InlineData(new[] { 0 }, new[] { 5, 6 }, new[] { 5, 6 })]
    public void Frames_that_are_kept_take_the_place_of_the_nearest_sampled_ones(int[] sampled, int[] kept, int[] expected)
        => Assert.Equal(expected, ObjectSessionLogic.Frames(sampled, kept));

    [Fact]
    public void Events_and_states_come_back_as_they_were_stored()
    {
        var codec = new ObjectSessionCodec();
        var mask = RleCodec.Encode([0, 1, 1, 0], 2, 2);
        ObjectSessionEvent[] events =
        [
            new ObjectSessionEvent.ClipChosen(Clip), new ObjectSessionEvent.ObjectRemembered(7, [mask, mask]), new ObjectSessionEvent.ObjectRemembered(8, [mask]),
            new ObjectSessionEvent.ObjectForgotten(8), new ObjectSessionEvent.QuestionAnswered(new ObjectTurn("What is [7]?", "(", "A)")),
        ];
        var (direct, stored) = (new ObjectMemory(), new ObjectMemory());
        foreach (var (index, happened) in events.Index())
        {
            var entry = codec.Encode(happened);
            direct = ObjectSessionLogic.Evolve(direct, happened);
            stored = ObjectSessionLogic.Evolve(stored, codec.Decode(new(index + 1, 1, entry.Type, entry.Payload)));
        }

        foreach (var memory in (ObjectMemory[])[stored, codec.DecodeState(codec.EncodeState(direct, 5))!])
        {
            Assert.Equal(Clip.Frames, memory.Clip!.Frames);
            Assert.Equal([mask, mask], Assert.Single(memory.Objects).Value);
            Assert.Equal(direct.Turns, memory.Turns);
        }

        Assert.Null(codec.DecodeState(codec.EncodeState(direct, 5) with { Type = "object-memory-0" }));
        Assert.Contains("not one that this program knows", Assert.Throws<InvalidDataException>(() => codec.Decode(new(3, 1, "x", "{\"$type\":\"x\"}"u8.ToArray()))).Message, StringComparison.Ordinal);
    }

    private static ObjectMemory Apply(ObjectMemory memory, ObjectSessionEvent happened) => ObjectSessionLogic.Evolve(memory, happened);
}
