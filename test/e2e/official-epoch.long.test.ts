import { describeOfficialEpoch } from './official/official-epoch.ts';

describeOfficialEpoch('embedded', () => ({ leaseSeconds: 9, functions: [], fleetOptions: async (options) => options }));
