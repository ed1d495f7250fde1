using System.Reflection;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Compute;
using OrleansInference.Engine.KvCache;
using OrleansInference.Engine.Requests;
using OrleansInference.Engine.Sampling;
using OrleansInference.Engine.Steps;
using OrleansInference.Models;

namespace OrleansInference.Unit.Cluster.Wire;

/// <summary>
/// Makes values of any type that a message holds, every constructor parameter and settable property included, so that a field that is added without a wire form is
/// noticed. All arrays have two elements, which fits where arrays belong together.
/// </summary>
internal sealed class RandomValue(Random random, bool whole)
{
    private const int Elements = 2;

    private static readonly Type[] Lists = [typeof(IReadOnlyList<>)];

    public ControlMessage Message(Type type) => (ControlMessage)Of(type)!;

    public object? Of(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } value)
        {
            return whole || random.Next(3) > 0 ? Of(value) : null;
        }

        if (type.IsArray || (type.IsGenericType && Lists.Contains(type.GetGenericTypeDefinition())))
        {
            Type element = type.GetElementType() ?? type.GetGenericArguments()[0];
            Array array = Array.CreateInstance(element, Elements);
            for (int i = 0; i < Elements; i++)
            {
                array.SetValue(Of(element), i);
            }

            return array;
        }

        return type.IsEnum ? Enum.GetValues(type).GetValue(random.Next(Enum.GetValues(type).Length)) : Known(type) ?? Composed(type);
    }

    private object? Known(Type type)
    {
        int number = random.Next(2) == 0 ? random.Next(100) : random.Next();
        return type switch
        {
            _ when type == typeof(int) => number,
            _ when type == typeof(long) => random.NextInt64(1L << random.Next(1, 62)),
            _ when type == typeof(ulong) => (ulong)random.NextInt64(long.MinValue, long.MaxValue),
            _ when type == typeof(byte) => (byte)number,
            _ when type == typeof(bool) => whole || random.Next(2) == 0,
            _ when type == typeof(float) => BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue)),
            _ when type == typeof(double) => random.NextDouble() + 0.5,
            _ when type == typeof(string) => new[] { "", "héllo 🙂", $"text {number}" }[random.Next(3)],
            _ when type == typeof(Guid) => new Guid(number, 2, 3, [4, 5, 6, 7, 8, 9, 10, 11]),
            _ when type == typeof(TimeSpan) => TimeSpan.FromTicks(random.NextInt64(1L << 50)),
            _ when type == typeof(ReadOnlyMemory<int>) => new ReadOnlyMemory<int>([number, random.Next()]),
            _ when type == typeof(IReadOnlyDictionary<int, float>) => new Dictionary<int, float> { [number] = 1.5f, [number / 2] = -0.25f },
            _ when type == typeof(LayerRange) => new LayerRange(number / 2, number),
            _ when type == typeof(Exception) || type == typeof(InferenceException) => new InferenceException(ErrorCode.Overloaded, $"Waits {number}.", "n") { RetryAfter = TimeSpan.FromTicks(number) },
            _ when type == typeof(ReplayedSequence) => new ReplayedSequence(number, [random.Next(), 5], [number, 6, 7]) { Start = random.Next(KvLayout.PageTokens * 2) },
            _ when type == typeof(RouterHandover) => Wired.Handover(random),
            _ when type == typeof(PublishedPage) => new PublishedPage(number, random.Next(2) * number - 1, PageRoot.Create("m", "", [(byte)number]), Enumerable.Range(number / 2, KvLayout.PageTokens).ToArray()),
            _ when type == typeof(KeptRows) => new KeptRows(number, 0b1010, [number, 2, 3, random.Next()]),
            _ when type == typeof(Step) => Step(),
            _ when type == typeof(StepBatch) => Batch(),
            _ when type == typeof(TokenHistory) => new TokenHistory(new Dictionary<int, int> { [number] = 3, [number / 2] = 0 }),
            _ => null,
        };
    }

    private Step Step()
    {
        Step step = new();
        step.Clear((long)Of(typeof(long))!, (long)Of(typeof(long))!);
        StepBatch batch = (StepBatch)Of(typeof(StepBatch))!;
        SliceOutput[] outputs = (SliceOutput[])Of(typeof(SliceOutput[]))!;
        for (int i = 0; i < Elements; i++)
        {
            SequenceSlice slice = batch.Slices[i];
            step.Add(batch.Tokens.Slice(slice.FirstRow, slice.Count), slice.Start, batch.Pages.Slice(slice.FirstPage, slice.PageCount), slice.Logits, outputs[i]);
        }

        step.Transfer((PageTransfer[])Of(typeof(PageTransfer[]))!);
        return step;
    }

    private StepBatch Batch()
    {
        StepBatch batch = new();
        for (int i = 0; i < Elements; i++)
        {
            int[] tokens = [.. Enumerable.Range(0, random.Next(1, 20)).Select(_ => random.Next())];
            batch.Add(tokens, random.Next(4), [random.Next(), 7], (LogitRows)random.Next(3));
        }

        return batch;
    }

    private object? Composed(Type type)
    {
        ConstructorInfo constructor = type.GetConstructors().MaxBy(static constructor => constructor.GetParameters().Length)!;
        ParameterInfo[] parameters = constructor.GetParameters();
        object made = constructor.Invoke([.. parameters.Select(Argument)]);
        foreach (PropertyInfo property in type.GetProperties(BindingFlags.Instance | BindingFlags.Public))
        {
            if (property.SetMethod?.IsPublic == true && !parameters.Any(parameter => parameter.Name == property.Name))
            {
                property.SetValue(made, Of(property.PropertyType));
            }
        }

        // As many logs as arrays have elements.
        return made is GenerationRequest request ? request with { Choices = Elements - (request.PromptLogProbs ? 1 : 0) } : made;
    }

    private object? Argument(ParameterInfo parameter)
    {
        bool ours = parameter.Member.DeclaringType!.Assembly == typeof(ControlMessage).Assembly;
        bool optional = ours && new NullabilityInfoContext().Create(parameter).ReadState == NullabilityState.Nullable;
        return optional && !whole && random.Next(3) == 0 ? null : Of(parameter.ParameterType);
    }
}
