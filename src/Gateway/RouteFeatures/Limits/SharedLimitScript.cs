namespace Gateway.RouteFeatures.Limits;

/// <summary>
/// What Redis runs for one request of a shared limit. All state of a partition is one string under one key, read and written by one script:
/// scripts run one after another, and a cluster has the key on one node. Time is the server's alone. A request that is rejected writes
/// nothing. Each returns: passes (1 or 0), permits left, milliseconds until all are back, milliseconds until one is back.
/// </summary>
internal static class SharedLimitScript
{
    private const string Start = """
        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)
        local permits, window, segments = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
        local kept = redis.call('GET', KEYS[1]) or ''
        local function keep(text, time) redis.call('SET', KEYS[1], text, 'PX', string.format('%.0f', math.max(1, math.ceil(time)))) end

        """;

    // "count start": a clock that was set back begins a new window.
    private const string FixedWindow = Start + """
        local count, start = string.match(kept, '^(%d+) (%d+)$')
        count, start = tonumber(count), tonumber(start)
        if not start or start > now or now - start >= window then count, start = 0, now end
        local reset = start + window - now
        if count >= permits then return { 0, 0, reset, reset } end
        keep(string.format('%.0f %.0f', count + 1, start), reset)
        return { 1, permits - count - 1, reset, 0 }
        """;

    // "segment:count ...", oldest first, segments numbered since 1970.
    private const string SlidingWindow = Start + """
        local step = window / segments
        local current = math.floor(now / step)
        local used, total = {}, 0
        for segment, count in string.gmatch(kept, '(%d+):(%d+)') do
          segment, count = tonumber(segment), tonumber(count)
          if segment > current - segments and segment <= current then
            used[#used + 1] = { segment, count }
            total = total + count
          end
        end
        if total >= permits then
          local left = total
          for _, each in ipairs(used) do
            left = left - each[2]
            if left < permits then
              return { 0, 0, math.ceil((used[#used][1] + segments) * step - now), math.ceil((each[1] + segments) * step - now) }
            end
          end
        end
        if #used > 0 and used[#used][1] == current then used[#used][2] = used[#used][2] + 1 else used[#used + 1] = { current, 1 } end
        local texts = {}
        for i, each in ipairs(used) do texts[i] = string.format('%.0f:%.0f', each[1], each[2]) end
        local reset = (current + segments) * step - now
        keep(table.concat(texts, ' '), reset)
        return { 1, permits - total - 1, math.ceil(reset), 0 }
        """;

    // "tokens time": tokens come back continuously.
    private const string TokenBucket = Start + """
        local tokens, at = string.match(kept, '^(%d+%.%d+) (%d+)$')
        tokens, at = tonumber(tokens), tonumber(at)
        if not at then tokens, at = permits, now end
        tokens = math.min(permits, tokens + math.max(0, now - at) * permits / window)
        local each = window / permits
        if tokens < 1 then return { 0, 0, math.ceil((permits - tokens) * each), math.ceil((1 - tokens) * each) } end
        tokens = tokens - 1
        keep(string.format('%.6f %.0f', tokens, now), (permits - tokens) * each)
        return { 1, math.floor(tokens), math.ceil((permits - tokens) * each), 0 }
        """;

    public static string Of(RateLimitKind kind) => kind switch
    {
        RateLimitKind.FixedWindow => FixedWindow,
        RateLimitKind.SlidingWindow => SlidingWindow,
        RateLimitKind.TokenBucket => TokenBucket,
        _ => throw new InvalidOperationException($"A limit of kind {kind} cannot be shared."),
    };
}
