namespace OrleansInference.Cluster.Protocol;

/// <summary>
/// Pool of arrays for hidden states, by their exact lengths: steps of a load are alike. Returning an array is optional; an array that is not returned is
/// garbage collected. The caller who returns one guarantees that no message with relevant contents refers to it.
/// </summary>
public static class HiddenBuffers
{
    private const long KeptFloats = 32 << 20;
    private const int KeptLengths = 64;

    private static readonly Dictionary<int, Stack<float[]>> Free = [];
    private static long _floats;

    /// <summary>Rents an array with arbitrary contents.</summary>
    public static float[] Rent(int length)
    {
        lock (Free)
        {
            if (Free.TryGetValue(length, out Stack<float[]>? arrays) && arrays.TryPop(out float[]? array))
            {
                _floats -= length;
                return array;
            }
        }

        return GC.AllocateUninitializedArray<float>(length);
    }

    public static void Return(float[] array)
    {
        lock (Free)
        {
            if (!Free.TryGetValue(array.Length, out Stack<float[]>? arrays))
            {
                if (Free.Count >= KeptLengths)
                {
                    Free.Clear();
                    _floats = 0;
                }

                Free.Add(array.Length, arrays = []);
            }

            if (array.Length > 0 && _floats + array.Length <= KeptFloats)
            {
                arrays.Push(array);
                _floats += array.Length;
            }
        }
    }
}
