using WeightSharing.Peers;
using WeightSharing.Peers.Running;

return PeerEnvironment.Enter(args) ?? CommandLine.Run(args, Console.Out, Console.Error);
