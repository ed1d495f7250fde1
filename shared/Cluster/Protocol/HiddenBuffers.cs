namespace OrleansInference.Cluster.Protocol;

/// <summary>
/// Arrays of hidden states that are used again, by their exact lengths: steps of a load are alike. Nothing has to come back; what does not is collected like any other array. Whoever
/// gives one back promises that no message whose contents still matter refers to it.
/// </summary>
internal static class HiddenBuffers
{
    private const long KeptFloats = 32 << 20;
    private const int KeptLengths = 64;

    private static readonly Dictionary<int, Stack<float[]>> Free = [];
    private static long _floats;

    /// <summary>An array with anything in it.</summary>
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
