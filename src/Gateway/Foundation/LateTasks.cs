namespace Gateway.Foundation;

/// <summary>Tasks that outlive the code that has waited for them.</summary>
internal static class LateTasks
{
    /// <summary>Observes an exception of the task, also a later one, so that it does not surface as unobserved.</summary>
    public static void ObserveLate(this Task task)
    {
        if (!task.IsCompletedSuccessfully)
        {
            _ = task.ContinueWith(
                static late => late.Exception, CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }
}
