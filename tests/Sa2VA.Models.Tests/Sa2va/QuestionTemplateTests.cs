using Sa2VA.Models.Sa2va;

namespace Sa2VA.Models.Tests.Sa2va;

public sealed class QuestionTemplateTests
{
    [Theory]
    [InlineData("the person in the red shirt", "\nPlease segment the person in the red shirt.")]
    [InlineData("The dog on the left.", "\nPlease segment the dog on the left.")]
    [InlineData("  a cat  ", "\nPlease segment a cat.")]
    [InlineData("NASA rocket", "\nPlease segment NASA rocket.")]
    [InlineData("person showing a card", "\nPlease segment person showing a card.")]
    [InlineData("which animal is fastest?", "\n which animal is fastest? Please respond with a segmentation mask.")]
    [InlineData("Where is the ball?", "\n Where is the ball? Please respond with a segmentation mask.")]
    [InlineData("Can you segment the dog in this video?", "\nCan you segment the dog in this video?")]
    [InlineData("Please segment the red car.", "\nPlease segment the red car.")]
    [InlineData("Find the ball", "\nFind the ball. Please respond with a segmentation mask.")]
    [InlineData("Please highlight the two runners.", "\nPlease highlight the two runners. Please respond with a segmentation mask.")]
    [InlineData("Could you please give me a brief description of the image? Please respond with interleaved segmentation masks for the corresponding parts of the answer.",
        "\nCould you please give me a brief description of the image? Please respond with interleaved segmentation masks for the corresponding parts of the answer.")]
    [InlineData("Describe the scene.", "\nDescribe the scene.")]
    [InlineData("a man with a mask", "\nPlease segment a man with a mask.")]
    public void A_sentence_becomes_a_question_that_the_model_knows(string sentence, string expected) =>
        Assert.Equal(expected, QuestionTemplate.Apply(sentence));

    [Theory]
    [InlineData("")]
    [InlineData(" \n\t")]
    public void Nothing_is_refused_with_an_example(string sentence) =>
        Assert.Contains("for example", Assert.Throws<ArgumentException>(() => QuestionTemplate.Apply(sentence)).Message);

    [Theory]
    [InlineData("the red cup.", "\n Please segment the red cup in this image.")]
    [InlineData("A dog", "\n Please segment a dog in this image.")]
    [InlineData("What is red?", "\n What is red? Please respond with a segmentation mask.")]
    [InlineData("Please segment the dog in this image.", "\nPlease segment the dog in this image.")]
    public void A_phrase_about_a_still_picture_is_put_as_the_evaluation_of_pictures_puts_it(string sentence, string prompt) =>
        Assert.Equal(prompt, QuestionTemplate.Apply(sentence, isStill: true));
}
