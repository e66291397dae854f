using System.Text;
using Sa2VA.Cluster.RabbitMq;
using Sa2VA.Cluster.Transport;

namespace Sa2VA.Cluster.Tests.RabbitMq;

public sealed class WorkMessageTests
{
    [Fact]
    public void Work_is_written_as_documented()
    {
        var item = new WorkItem("job-1", WorkPriority.High, WorkKind.Keyframes, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        const string json = """{"v":1,"videoId":"job-1","priority":"high","kind":"keyframes","traceParent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}""";
        Assert.Equal(json, Encoding.UTF8.GetString(WorkMessage.Write(item)));
        Assert.True(WorkMessage.TryRead(Encoding.UTF8.GetBytes(json), out var read, out _));
        Assert.Equal(item, read);
    }

    [Theory]
    [InlineData("""{"v":1,"videoId":"job-1","priority":"normal","kind":"video"}""")]
    [InlineData("""{"kind":"video","priority":"normal","videoId":"job-1","v":1,"traceParent":null,"later":{"a":[1]}}""")]
    public void What_is_left_out_or_new_does_not_matter(string json)
    {
        Assert.True(WorkMessage.TryRead(Encoding.UTF8.GetBytes(json), out var item, out _));
        Assert.Equal(new WorkItem("job-1"), item);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("hello")]
    [InlineData("""{"v":2,"videoId":"job-1","priority":"normal","kind":"video"}""")]
    [InlineData("""{"v":1,"videoId":"","priority":"normal","kind":"video"}""")]
    [InlineData("""{"v":1,"videoId":null,"priority":"normal","kind":"video"}""")]
    [InlineData("""{"v":1,"priority":"normal","kind":"video"}""")]
    [InlineData("""{"v":1,"videoId":"job-1","priority":"urgent","kind":"video"}""")]
    [InlineData("""{"v":1,"videoId":"job-1","priority":1,"kind":"video"}""")]
    [InlineData("""{"v":1,"videoId":"job-1","priority":"normal","kind":"vid""")]
    public void What_is_no_work_is_named_and_quoted(string json)
    {
        Assert.False(WorkMessage.TryRead(Encoding.UTF8.GetBytes(json), out _, out var problem));
        Assert.EndsWith($"It begins with: {json}", problem, StringComparison.Ordinal);
    }
}
