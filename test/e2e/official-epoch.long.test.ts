import { describeOfficialEpoch } from './official/official-epoch.ts';

describeOfficialEpoch('embedded', () => ({ leaseSeconds: 6, functions: [], fleetOptions: async (options) => options }));
