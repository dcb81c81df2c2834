import { expect, it } from 'vitest';
import { chooseDonorRelease } from '../../../containers/runtime/donor-release.mjs';

it.each([
  {
    system: 'Debian 12',
    osRelease: 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_CODENAME=bookworm\nID=debian\n',
    donor: { codename: 'trixie', runningCodename: 'bookworm' },
  },
  {
    system: 'Ubuntu 22.04',
    osRelease: 'ID=ubuntu\nID_LIKE=debian\nVERSION_CODENAME=jammy\nUBUNTU_CODENAME=jammy\n',
    donor: { codename: 'noble', runningCodename: 'jammy' },
  },
  {
    system: 'Linux Mint 21, which is made from Ubuntu 22.04',
    osRelease: 'ID=linuxmint\nID_LIKE="ubuntu debian"\nVERSION_CODENAME=vera\nUBUNTU_CODENAME=jammy\n',
    donor: { codename: 'noble', runningCodename: 'jammy' },
  },
])('takes libraries for $system from $donor.codename', ({ osRelease, donor }) => {
  expect(chooseDonorRelease(osRelease)).toMatchObject(donor);
});

it('chooses no release for a system outside the Debian family', () => {
  expect(chooseDonorRelease('ID="rocky"\nID_LIKE="rhel centos fedora"\nVERSION_ID="9.4"\n')).toBeUndefined();
  expect(chooseDonorRelease('')).toBeUndefined();
});
