namespace Gateway.IntegrationTests.Helm;

/// <summary>Values that contradict each other or that nobody knows are rejected by name, with the cure.</summary>
public sealed class ChartRejectionTests
{
    private const string Own = "config.existingConfigMap=\"yarp\"";

    /// <summary>What --set-json is given beside a ConfigMap of the user's, and what the message says.</summary>
    public static TheoryData<string, string> Contradictions => new()
    {
        { "config.existingConfigMap=\"\"", "There is no yarp.json: set config.yarp, config.existingConfigMap, or --set-file config.file=yarp.json." },
        { "config.file=\"{}\"", "config.file and config.existingConfigMap are both set: keep one of them." },
        { "config={\"yarp\":{\"Gateway\":{\"Revocation\":{\"Redis\":{\"Connection\":\"r:6379,password=x\"}}}}}", "yarp.json holds a Redis password: put it into a Secret and name that in redis.existingSecret." },
        { "config={\"yarp\":{\"Gateway\":{\"Management\":{\"Port\":9000}}}}", "config.yarp sets Gateway:Management:Port to 9000 and containerPorts.management is 8081: set only containerPorts.management." },
        { "config={\"yarp\":{\"Gateway\":{\"Revocation\":{\"Store\":\"Sqlite\"}}}},redis.connection=\"r:6379\"", "config.yarp sets Gateway:Revocation:Store to Sqlite and redis.connection or bundledRedis.enabled asks for Redis: keep one of them." },
        { "secrets.existing=[{\"name\":\"redis\",\"secretName\":\"x\"}]", "secrets.existing has the name \"redis\", which the chart uses itself: choose another." },
        { "extraEnv=[{\"name\":\"Gateway__Management__Port\",\"value\":\"1\"}]", "extraEnv sets Gateway__Management__Port, which the chart sets itself: use containerPorts, redis or drain." },
        { "redis.connection=\"r:6379\",bundledRedis={\"enabled\":true,\"existingSecret\":\"x\"}", "redis.connection and bundledRedis.enabled are both set: keep one of them." },
        { "redis.connection=\"r:6379,password=x\"", "redis.connection holds a password: put it into a Secret and name that in redis.existingSecret." },
        { "bundledRedis.enabled=true", "bundledRedis.enabled needs bundledRedis.existingSecret: a Secret with the password for it." },
        { "bundledRedis={\"enabled\":true,\"existingSecret\":\"x\"},redis.existingSecret=\"y\"", "bundledRedis.enabled and redis.existingSecret are both set: use bundledRedis.existingSecret." },
        { "bundledRedis={\"enabled\":true,\"existingSecret\":\"x\"},redis.tls.enabled=true", "bundledRedis.enabled and redis.tls.enabled are both set: the bundled Redis has no TLS." },
        { "redis.existingSecret=\"x\"", "redis.existingSecret is set without redis.connection: set where Redis is." },
        { "redis.tls.enabled=true", "redis.tls.enabled is set without redis.connection: set where Redis is." },
        { "redis.connection=\"r:6379\",redis.tls.existingSecret=\"x\"", "redis.tls.existingSecret is set without redis.tls.enabled: set that too." },
        { "redis.connection=\"r:6379\",redis.tls={\"enabled\":true,\"clientCertificate\":true}", "redis.tls.clientCertificate needs redis.tls.existingSecret: the Secret with tls.crt and tls.key." },
        { "tls.enabled=true", "tls.enabled needs a certificate: set tls.existingSecret or certificate.enabled." },
        { "tls.existingSecret=\"x\"", "tls.existingSecret is set without tls.enabled: set that too." },
        { "certificate={\"enabled\":true,\"issuerRef\":{\"name\":\"x\"},\"dnsNames\":[\"a.b\"]}", "certificate.enabled is set without tls.enabled: set that too." },
        { "certificate={\"enabled\":true,\"issuerRef\":{\"name\":\"x\"},\"dnsNames\":[\"a.b\"]},tls={\"enabled\":true,\"existingSecret\":\"x\"}", "certificate.enabled and tls.existingSecret are both set: keep one of them." },
        { "certificate.enabled=true,tls.enabled=true", "certificate.enabled needs certificate.issuerRef.name: the issuer of cert-manager." },
        { "certificate={\"enabled\":true,\"issuerRef\":{\"name\":\"x\"}},tls.enabled=true", "certificate.enabled needs certificate.dnsNames: at least one name." },
        { "terminationGracePeriodSeconds=44", "terminationGracePeriodSeconds is 44, and preStopSeconds + drain.delaySeconds + drain.timeoutSeconds + drain.marginSeconds is 45: Kubernetes would kill requests in flight. Set it to 45 or more." },
        { "autoscaling={\"enabled\":true,\"minReplicas\":3,\"maxReplicas\":2}", "autoscaling.minReplicas is 3 and autoscaling.maxReplicas is 2: the most must not be less than the fewest." },
        { "autoscaling={\"enabled\":true,\"targetCPUUtilizationPercentage\":null}", "autoscaling.enabled needs a metric: set autoscaling.targetCPUUtilizationPercentage." },
        { "podDisruptionBudget.minAvailable=1", "podDisruptionBudget.minAvailable and podDisruptionBudget.maxUnavailable are both set: set one of them to null." },
        { "podDisruptionBudget.maxUnavailable=null", "podDisruptionBudget.enabled needs podDisruptionBudget.maxUnavailable: 1 is a good choice." },
        { "podDisruptionBudget.maxUnavailable=0", "podDisruptionBudget.maxUnavailable is 0: no node could ever be drained. Set it to 1 or more." },
        { "podDisruptionBudget={\"minAvailable\":2,\"maxUnavailable\":null}", "podDisruptionBudget.minAvailable is 2 of 2 pods: no node could ever be drained. Use podDisruptionBudget.maxUnavailable: 1." },
        { "podDisruptionBudget={\"minAvailable\":\"100%\",\"maxUnavailable\":null}", "podDisruptionBudget.minAvailable is 100% of 2 pods: no node could ever be drained. Use podDisruptionBudget.maxUnavailable: 1." },
        { "updateStrategy.rollingUpdate.maxSurge=0", "updateStrategy.rollingUpdate.maxUnavailable and updateStrategy.rollingUpdate.maxSurge are both 0: no roll-out could begin." },
        { "data.existingClaim=\"x\"", "data.existingClaim is for one pod, since a SQLite file cannot be shared: set replicaCount to 1 in a Deployment without autoscaling, or use redis.connection." },
        { "data.existingClaim=\"x\",replicaCount=1", "data.existingClaim needs updateStrategy.type Recreate (and updateStrategy.rollingUpdate null): a new pod would wait for the volume of the old one." },
        { "containerPorts.http=8081", "containerPorts has the same number twice: give http, https, grpc, management and authorization ports of their own." },
        {
            "externalAuthorization.enabled=true,config.yarp.Gateway.ExternalAuthorization.Port=8082",
            "config.yarp sets Gateway:ExternalAuthorization:Port and externalAuthorization.enabled sets it too"
        },
        { "externalAuthorization.enabled=true,containerPorts.authorization=8081", "containerPorts has the same number twice: give http, https, grpc, management and authorization ports of their own." },
        { "grpc.enabled=true,containerPorts.grpc=8080", "containerPorts has the same number twice: give http, https, grpc, management and authorization ports of their own." },
        { "grpc.enabled=true,service.grpcPort=80", "service has the same port twice: give port, httpsPort and grpcPort numbers of their own." },
        { "service.type=\"NodePort\",service.grpcNodePort=30082", "service.grpcNodePort is set without grpc.enabled: set that too." },
        { "ingress.enabled=true", "ingress.enabled needs ingress.hosts: at least one host." },
        { "httpRoute.enabled=true", "httpRoute.enabled needs httpRoute.parentRefs: at least one Gateway." },
        { "service.loadBalancerClass=\"x\"", "service.loadBalancerClass and service.loadBalancerSourceRanges are for service.type LoadBalancer, and it is ClusterIP." },
        { "service.nodePort=30080", "service.nodePort, service.httpsNodePort, service.grpcNodePort and service.externalTrafficPolicy are for service.type NodePort or LoadBalancer, and it is ClusterIP." },
        { "kind=\"DaemonSet\",autoscaling.enabled=true", "kind is DaemonSet, and autoscaling.enabled or keda.enabled is set: a DaemonSet has one pod on each node. Set kind to Deployment." },
        { "kind=\"DaemonSet\",updateStrategy={\"type\":\"Recreate\",\"rollingUpdate\":null}", "updateStrategy.type is Recreate: a DaemonSet has RollingUpdate or OnDelete." },
        { "updateStrategy={\"type\":\"OnDelete\",\"rollingUpdate\":null}", "updateStrategy.type is OnDelete: a Deployment has RollingUpdate or Recreate." },
        { "kind=\"DaemonSet\",data.existingClaim=\"x\"", "data.existingClaim is for one pod, since a SQLite file cannot be shared: set replicaCount to 1 in a Deployment without autoscaling, or use redis.connection." },
        { "hostNetwork=true", "hostNetwork is set and updateStrategy.rollingUpdate.maxSurge is 1: two pods cannot have the ports of one node. Set maxSurge to 0 and maxUnavailable to 1." },
        { "autoscaling.enabled=true,keda={\"enabled\":true,\"triggers\":[{\"type\":\"cpu\",\"metadata\":{}}]}", "autoscaling.enabled and keda.enabled are both set: KEDA makes a HorizontalPodAutoscaler itself. Keep one of them." },
        { "keda.enabled=true", "keda.enabled needs keda.triggers: at least one." },
        { "keda={\"enabled\":true,\"minReplicas\":3,\"maxReplicas\":2,\"triggers\":[{\"type\":\"cpu\",\"metadata\":{}}]}", "keda.minReplicas is 3 and keda.maxReplicas is 2: the most must not be less than the fewest." },
        { "redis.user=\"edge\",redis.existingSecret=\"x\"", "redis.user is set without redis.connection: set where Redis is." },
        { "redis.sentinel.primaryName=\"m\"", "redis.sentinel.primaryName is set without redis.connection: set where the sentinels are." },
        { "redis={\"connection\":\"r:6379\",\"user\":\"edge\"}", "redis.user needs redis.existingSecret: the Secret with the password of that user." },
        { "redis={\"connection\":\"r:6379, user=a\",\"user\":\"edge\",\"existingSecret\":\"x\"}", "redis.user and user= in redis.connection are both set: keep redis.user." },
        { "redis={\"connection\":\"r:6379,servicename=a\",\"sentinel\":{\"primaryName\":\"m\"}}", "redis.sentinel.primaryName and serviceName= in redis.connection are both set: keep redis.sentinel.primaryName." },
        { "bundledRedis={\"enabled\":true,\"existingSecret\":\"x\"},redis.sentinel.primaryName=\"m\"", "bundledRedis.enabled is set with redis.user or redis.sentinel.primaryName: the bundled Redis has one user and no sentinels. Use redis.connection." },
        { "bundledRedis={\"enabled\":true,\"existingSecret\":\"x\"},namespaceOverride=\"other\"", "namespaceOverride and bundledRedis.enabled are both set: the bundled Redis is in the namespace of the release. Use redis.connection, or install with --namespace." },
        { "serviceMonitor.enabled=true,podMonitor.enabled=true", "serviceMonitor.enabled and podMonitor.enabled are both set: every pod would be scraped twice. Keep one of them." },
        { "serviceMonitor.enabled=true,managementService.enabled=false", "serviceMonitor.enabled needs managementService.enabled: set that too, or use podMonitor." },
        { "telemetry.otlp.existingSecret=\"x\"", "telemetry.otlp.existingSecret is set without telemetry.otlp.endpoint: set where the collector is." },
    };

    /// <summary>Values that the schema rejects, and the place that helm names.</summary>
    public static TheoryData<string, string> Wrong => new()
    {
        { "replicas=2", "additional properties 'replicas' not allowed" },
        { "config.reloads=\"live\"", "at '/config': additional properties 'reloads' not allowed" },
        { "config.reload=\"both\"", "at '/config/reload': value must be one of 'rollout', 'live'" },
        { "image.digest=\"latest\"", "at '/image/digest'" },
        { "redis.password=\"secret\"", "at '/redis': additional properties 'password' not allowed" },
        { "redis.tls.insecure=true", "at '/redis/tls': additional properties 'insecure' not allowed" },
        { "containerPorts.http=80", "at '/containerPorts/http': minimum: got 80, want 1,024" },
        { "containerPorts.grpc=81", "at '/containerPorts/grpc': minimum: got 81, want 1,024" },
        { "grpc=true", "at '/grpc': got boolean, want object" },
        { "service.type=\"ExternalName\"", "at '/service/type'" },
        { "livenessProbe.httpGet={\"path\":\"/readyz\"}", "at '/livenessProbe': additional properties 'httpGet' not allowed" },
        { "extraEnv=[{\"name\":\"A\",\"value\":1}]", "at '/extraEnv/0/value': got number, want string" },
        { "networkPolicy.egress=[]", "at '/networkPolicy': additional properties 'egress' not allowed" },
        { "bundledRedis.replicas=3", "at '/bundledRedis': additional properties 'replicas' not allowed" },
        { "secrets.existing=[{\"name\":\"Upper\",\"secretName\":\"x\"}]", "at '/secrets/existing/0/name'" },
        { "kind=\"StatefulSet\"", "at '/kind'" },
        { "namespaceOverride=\"Upper\"", "at '/namespaceOverride'" },
        { "redis.user=\"a,password=b\"", "at '/redis/user'" },
        { "redis.sentinel.hosts=[]", "at '/redis/sentinel': additional properties 'hosts' not allowed" },
        { "keda.minReplicas=0", "at '/keda/minReplicas'" },
        { "keda.triggers=[{\"type\":\"prometheus\",\"metadata\":{\"threshold\":500}}]", "at '/keda/triggers/0/metadata/threshold': got number, want string" },
        { "lifecycle.prestop={}", "at '/lifecycle': additional properties 'prestop' not allowed" },
        { "ingress.extraPaths=[{\"path\":\"/x\",\"backend\":{}}]", "at '/ingress/extraPaths/0': missing property 'pathType'" },
        { "serviceMonitor.interval=\"often\"", "at '/serviceMonitor/interval'" },
    };

    [Theory]
    [MemberData(nameof(Contradictions))]
    public async Task Contradiction_is_rejected_with_its_cure(string values, string message)
    {
        var result = await WithAsync(values);

        result.ExitCode.ShouldNotBe(0);
        result.Errors.ShouldContain(message);
    }

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task Unknown_or_wrong_value_is_rejected_with_its_place(string values, string message)
    {
        var result = await WithAsync(values);

        result.ExitCode.ShouldNotBe(0);
        result.Errors.ShouldContain(message);
    }

    [Fact]
    public async Task All_contradictions_are_told_at_once()
    {
        var result = await WithAsync("ingress.enabled=true,tls.enabled=true,terminationGracePeriodSeconds=1");

        result.Errors.ShouldContain("ingress.enabled needs");
        result.Errors.ShouldContain("tls.enabled needs");
        result.Errors.ShouldContain("terminationGracePeriodSeconds is 1");
    }

    private static Task<Testing.ScriptResult> WithAsync(string values)
    {
        // yarp.json of a test's own replaces the user's ConfigMap.
        var config = values.StartsWith("config={", StringComparison.Ordinal) ? "config.existingConfigMap=\"\"" : Own;
        return HelmChart.TemplateAsync(HelmChart.Release, "--set-json", config, "--set-json", values);
    }
}
