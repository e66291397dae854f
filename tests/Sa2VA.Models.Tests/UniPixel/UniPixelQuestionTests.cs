using Sa2VA.Models.UniPixel;

namespace Sa2VA.Models.Tests.UniPixel;

public sealed class UniPixelQuestionTests
{
    [Theory]
    [InlineData("The red car.", "Please segment the red car in this video.")]
    [InlineData("an old man", "Please segment the old man in this video.")]
    [InlineData("A dog with a stick", "Please segment the dog with a stick in this video.")]
    [InlineData(".", "Please segment the . in this video.")]
    [InlineData("Find the dog", "Find the dog. Please provide the segmentation mask.")]
    [InlineData("Track the ball!", "Track the ball! Please provide the segmentation mask.")]
    [InlineData("Why is the boy crying?", "Why is the boy crying? Please provide the segmentation mask and explain why.")]
    [InlineData("Who threw the ball?", "Who threw the ball? Please answer the question and provide the segmentation mask.")]
    [InlineData("Please segment the tallest giraffe.", "Please segment the tallest giraffe.")]
    [InlineData("Where is the sheep? Please provide the segmentation mask.", "Where is the sheep? Please provide the segmentation mask.")]
    [InlineData("A man walks in. He has a hat.", "Please segment the object according to the description: A man walks in. He has a hat.")]
    public void Words_become_a_question_of_the_kind_that_was_trained(string words, string expected) => Assert.Equal(expected, UniPixelQuestion.Apply(words));

    [Fact]
    public void A_single_picture_is_called_an_image() => Assert.Equal("Please segment the dog in this image.", UniPixelQuestion.Apply("a dog", isImage: true));

    [Fact]
    public void Nothing_is_no_question() => Assert.Throws<ArgumentException>(() => UniPixelQuestion.Apply("  "));
}
