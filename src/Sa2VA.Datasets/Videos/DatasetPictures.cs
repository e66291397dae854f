using Sa2VA.Media;

namespace Sa2VA.Datasets;

/// <summary>Tells what is wrong with a picture as a fault of the dataset; the message names the file already.</summary>
internal static class DatasetPictures
{
    public static T Guard<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (MediaException e) when (!e.IsTransient)
        {
            throw new DatasetException(e.Message, e);
        }
    }

    public static async ValueTask<T> GuardAsync<T>(Func<ValueTask<T>> read)
    {
        try
        {
            return await read();
        }
        catch (MediaException e) when (!e.IsTransient)
        {
            throw new DatasetException(e.Message, e);
        }
    }
}
