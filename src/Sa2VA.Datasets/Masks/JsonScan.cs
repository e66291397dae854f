using System.Text.Json;

namespace Sa2VA.Datasets;

/// <summary>Walks through a JSON file of any size, holding no more than one value of it in memory.</summary>
internal static class JsonScan
{
    private const int FirstBuffer = 1 << 20;

    /// <summary>Takes one value: the name of the object or list that it stands in, its own name (empty in a list), where it begins, its text.</summary>
    public delegate void OnValue(string parent, string name, long offset, ReadOnlySpan<byte> bytes);

    /// <summary>Hands over every value at a depth, in the order of the file: depth 1 is the members of the root, depth 2 what those hold.</summary>
    /// <exception cref="DatasetException">The file is missing, is no JSON object, is cut off, or has a value of more than 2 GiB.</exception>
    public static void Values(string path, int depth, OnValue onValue) => JsonFile.Guard(path, () =>
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        new Walk(file, path, depth, onValue).Run();
        return true;
    });

    private sealed class Walk(FileStream file, string path, int depth, OnValue onValue)
    {
        private byte[] _buffer = new byte[FirstBuffer];
        private long _origin;                                      // where in the file the buffer begins
        private int _filled;
        private int _read;                                         // bytes of the buffer that the reader has taken
        private int _value = -1;                                   // where in the buffer the value begins that is being walked through
        private string _parent = "";
        private string _name = "";
        private JsonReaderState _state;

        public void Run()
        {
            for (var last = false; !last;)
            {
                var count = file.Read(_buffer, _filled, _buffer.Length - _filled);
                _filled += count;
                last = count == 0;
                Tokens(last);
                Compact();
            }
        }

        private void Tokens(bool last)
        {
            var reader = new Utf8JsonReader(_buffer.AsSpan(_read, _filled - _read), last, _state);
            while (reader.Read())
            {
                var (start, end) = (_read + (int)reader.TokenStartIndex, _read + (int)reader.BytesConsumed);
                if (reader.CurrentDepth == 0 && reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.EndObject))
                    throw new DatasetException($"'{path}' is no JSON object.");
                if (reader.TokenType == JsonTokenType.PropertyName)
                {
                    if (reader.CurrentDepth == depth)
                        _name = reader.GetString()!;
                    else if (reader.CurrentDepth == depth - 1)
                        (_parent, _name) = (reader.GetString()!, "");
                }
                else if (reader.CurrentDepth == depth)
                {
                    if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                    {
                        _value = start;
                        continue;
                    }

                    if (_value < 0)
                        _value = start;
                    onValue(_parent, _name, _origin + _value, _buffer.AsSpan(_value, end - _value));
                    _value = -1;
                }
            }

            _read += (int)reader.BytesConsumed;
            _state = reader.CurrentState;
        }

        /// <summary>Forgets what was handed over; makes room when a value fills the buffer.</summary>
        private void Compact()
        {
            var keep = _value >= 0 ? _value : _read;
            _buffer.AsSpan(keep, _filled - keep).CopyTo(_buffer);
            _origin += keep;
            _filled -= keep;
            _read -= keep;
            if (_value >= 0) _value = 0;
            if (_filled < _buffer.Length)
                return;
            if (_buffer.Length > Array.MaxLength / 2)
                throw new DatasetException($"'{path}' has a value of more than {_buffer.Length >> 20} MiB.");
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }
    }
}
