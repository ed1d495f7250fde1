#pragma warning disable OPENAI001 // The library marks responses and conversations as experimental.
using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text.Json;
using OpenAI.Conversations;
using OpenAI.Responses;
using OrleansInference.ApiTests.Scripted;

namespace OrleansInference.ApiTests.Sdk;

/// <summary>The official client for responses and conversations.</summary>
public sealed class SdkResponseTests
{
    [Fact]
    public async Task A_response_is_created_continued_listed_and_deleted()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService());
        ResponsesClient client = api.OpenAI().GetResponsesClient();
        CreateResponseOptions options = new("scripted", [ResponseItem.CreateUserMessageItem("say tea")]) { Instructions = "Be brief.", MaxOutputTokenCount = 200, Temperature = 0.5f };
        options.Metadata["topic"] = "tea";

        ResponseResult first = await client.CreateResponseAsync(options);
        Assert.Equal(("I heard tea.", ResponseStatus.Completed, "scripted"), (first.GetOutputText(), first.Status, first.Model));
        Assert.IsType<ReasoningResponseItem>(first.OutputItems[0]);
        Assert.Equal(first.Usage.TotalTokenCount, first.Usage.InputTokenCount + first.Usage.OutputTokenCount);
        Assert.True(first.Usage.OutputTokenDetails.ReasoningTokenCount > 0);
        Assert.Equal("tea", first.Metadata["topic"]);

        ResponseResult second = await client.CreateResponseAsync("scripted", "say milk", first.Id);
        Assert.Equal((first.Id, "I heard milk."), (second.PreviousResponseId, second.GetOutputText()));
        List<ResponseItem> input = [];
        await foreach (ResponseItem item in client.GetResponseInputItemsAsync(new ResponseItemCollectionOptions(second.Id) { PageSizeLimit = 1, Order = ResponseItemCollectionOrder.Ascending }))
        {
            input.Add(item);
        }

        Assert.Equal(4, input.Count);
        Assert.Equal(second.GetOutputText(), (await client.GetResponseAsync(second.Id)).Value.GetOutputText());
        ResponseDeletionResult deleted = await client.DeleteResponseAsync(second.Id);
        Assert.True(deleted.Deleted);
        Assert.Equal(404, (await Assert.ThrowsAsync<ClientResultException>(() => client.GetResponseAsync(second.Id))).Status);

        // Items of an answer may be sent again as they came.
        ResponseResult third = await client.CreateResponseAsync("scripted", [ResponseItem.CreateUserMessageItem("say tea"), .. first.OutputItems, ResponseItem.CreateUserMessageItem("say water")]);
        Assert.Equal("I heard water.", third.GetOutputText());
    }

    [Fact]
    public async Task A_stream_is_understood_and_continued()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService());
        ResponsesClient client = api.OpenAI().GetResponsesClient();

        List<StreamingResponseUpdate> updates = [];
        await foreach (StreamingResponseUpdate update in await client.CreateResponseStreamingAsync("scripted", "say tea"))
        {
            updates.Add(update);
        }

        Assert.Equal(Enumerable.Range(0, updates.Count), updates.Select(static update => update.SequenceNumber));
        Assert.Equal("I heard tea.", string.Concat(updates.OfType<StreamingResponseOutputTextDeltaUpdate>().Select(static update => update.Delta)));
        Assert.Equal("Hmm tea.", string.Concat(updates.OfType<StreamingResponseReasoningTextDeltaUpdate>().Select(static update => update.Delta)));
        ResponseResult end = Assert.IsType<StreamingResponseCompletedUpdate>(updates[^1]).Response;
        Assert.Equal("I heard tea.", end.GetOutputText());

        List<int> rest = [];
        await foreach (StreamingResponseUpdate update in await client.GetResponseStreamingAsync(new GetResponseOptions(end.Id) { StartingAfter = 7, StreamingEnabled = true }))
        {
            rest.Add(update.SequenceNumber);
        }

        Assert.Equal(Enumerable.Range(8, updates.Count - 8), rest);
    }

    [Fact]
    public async Task Functions_are_called()
    {
        ScriptedService service = new() { Answer = (_, _) => "<tool_call>{\"name\":\"weather\",\"arguments\":{\"city\":\"Rome\"}}</tool_call>" };
        await using ApiFixture api = await ApiFixture.StartAsync(service);
        ResponsesClient client = api.OpenAI().GetResponsesClient();
        CreateResponseOptions options = new("scripted", [ResponseItem.CreateUserMessageItem("How is it in Rome?")]);
        options.Tools.Add(ResponseTool.CreateFunctionTool("weather", BinaryData.FromString("{\"type\":\"object\"}"), strictModeEnabled: false));

        ResponseResult asked = await client.CreateResponseAsync(options);
        FunctionCallResponseItem call = Assert.IsType<FunctionCallResponseItem>(Assert.Single(asked.OutputItems));
        Assert.Equal(("weather", "{\"city\":\"Rome\"}"), (call.FunctionName, call.FunctionArguments.ToString()));

        options.StreamingEnabled = true;
        List<string> arguments = [];
        await foreach (StreamingResponseUpdate update in await client.CreateResponseStreamingAsync(options))
        {
            if (update is StreamingResponseFunctionCallArgumentsDoneUpdate done)
                arguments.Add(done.FunctionArguments.ToString());
        }

        Assert.Equal(["{\"city\":\"Rome\"}"], arguments);
        service.Answer = static (_, _) => "It rains.";
        CreateResponseOptions answer = new("scripted", [ResponseItem.CreateFunctionCallOutputItem(call.CallId, "rain")]) { PreviousResponseId = asked.Id };
        Assert.Equal("It rains.", (await client.CreateResponseAsync(answer)).Value.GetOutputText());
    }

    [Fact]
    public async Task A_background_response_is_polled_and_another_cancelled()
    {
        ScriptedService service = new() { Hold = new TaskCompletionSource() };
        await using ApiFixture api = await ApiFixture.StartAsync(service);
        ResponsesClient client = api.OpenAI().GetResponsesClient();
        CreateResponseOptions options = new("scripted", [ResponseItem.CreateUserMessageItem("say tea")]) { BackgroundModeEnabled = true };

        ResponseResult cancelled = await client.CreateResponseAsync(options);
        Assert.Equal(ResponseStatus.Queued, cancelled.Status);
        Assert.Equal(ResponseStatus.Cancelled, (await client.CancelResponseAsync(cancelled.Id)).Value.Status);

        ResponseResult polled = await client.CreateResponseAsync(options);
        service.Hold.SetResult();
        while (polled.Status == ResponseStatus.Queued || polled.Status == ResponseStatus.InProgress)
        {
            polled = await client.GetResponseAsync(polled.Id);
        }

        Assert.Equal((ResponseStatus.Completed, "I heard tea."), (polled.Status, polled.GetOutputText()));
    }

    [Fact]
    public async Task A_conversation_is_kept()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService());
        ConversationClient conversations = api.OpenAI().GetConversationClient();
        ConversationCreationOptions creation = new();
        creation.Metadata["topic"] = "tea";
        creation.Items.Add(ResponseItem.CreateSystemMessageItem("rules"));

        ConversationResource conversation = await conversations.CreateConversationAsync(creation);
        Assert.Equal("tea", conversation.Metadata["topic"]);
        CreateResponseOptions options = new("scripted", [ResponseItem.CreateUserMessageItem("say tea")]) { ConversationOptions = new ResponseConversationOptions(conversation.Id) };
        ResponseResult response = await api.OpenAI().GetResponsesClient().CreateResponseAsync(options);
        Assert.Equal(conversation.Id, response.ConversationOptions.ConversationId);

        List<string> types = [];
        await foreach (ClientResult page in conversations.GetConversationItemsAsync(conversation.Id, limit: 2, order: "asc", after: null, include: null, new RequestOptions()).GetRawPagesAsync())
        {
            types.AddRange(JsonElement.Parse(page.GetRawResponse().Content.ToString()).GetProperty("data").EnumerateArray().Select(static item => item.GetProperty("type").GetString()!));
        }

        Assert.Equal(["message", "message", "reasoning", "message"], types);
        ConversationResource updated = await conversations.UpdateConversationAsync(conversation.Id, new ConversationUpdateOptions(new Dictionary<string, string> { ["topic"] = "milk" }));
        Assert.Equal("milk", updated.Metadata["topic"]);
        Assert.True((await conversations.DeleteConversationAsync(conversation.Id)).Value.Deleted);
        Assert.Equal(404, (await Assert.ThrowsAsync<ClientResultException>(() => conversations.GetConversationAsync(conversation.Id))).Status);
    }
}
