// The CDK app. The stacks (network, queues, stores, fleets, alarms) are not part of this version, which proves on one
// machine; until they are, a deployment is refused, so that nobody takes an empty one for a prover.
process.stderr.write(
  'this version of Coppice has no AWS stacks to deploy yet: run the fleet on one machine with npm start (see README.md)\n',
);
process.exitCode = 1;
