// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

struct PublicInputArgs {
    bytes32 previousArchive;
    bytes32 endArchive;
    bytes32 outHash;
    address proverId;
}

struct CommitteeAttestations {
    bytes signatureIndices;
    bytes signaturesOrAddresses;
}

struct SubmitEpochRootProofArgs {
    uint256 start;
    uint256 end;
    PublicInputArgs args;
    bytes32[] fees;
    CommitteeAttestations attestations;
    bytes blobInputs;
    bytes proof;
}

struct ChainTips {
    uint256 pending;
    uint256 proven;
}

/// What a submitter sees of Aztec's rollup: the same calls, rules and errors, without proofs; and knobs to turn.
contract TestRollup {
    error Rollup__InvalidArchive(bytes32 expected, bytes32 actual);
    error Rollup__InvalidCheckpointNumber(uint256 expected, uint256 actual);
    error Rollup__InvalidProof();
    error Rollup__PastDeadline(uint256 deadline, uint256 current);
    error Rollup__ProverHaveAlreadySubmitted(address prover, uint256 epoch);
    error Rollup__StartIsNotBuildingOnProven();

    uint256 public immutable getGenesisTime;
    uint256 public immutable getSlotDuration;
    uint256 public immutable getEpochDuration;
    uint256 public immutable getProofSubmissionEpochs;

    /// Proofs that were accepted.
    uint256 public accepted;
    bool public isRefusing;

    ChainTips private tips;
    mapping(uint256 checkpoint => bytes32 archive) private archives;
    mapping(uint256 checkpoint => uint256 epoch) private epochs;
    mapping(bytes32 epochLengthAndProver => bool isSubmitted) private submitted;

    constructor(uint256 genesisTime, uint256 slotDuration, uint256 epochDuration, uint256 proofSubmissionEpochs) {
        getGenesisTime = genesisTime;
        getSlotDuration = slotDuration;
        getEpochDuration = epochDuration;
        getProofSubmissionEpochs = proofSubmissionEpochs;
    }

    function propose(uint256 epoch, bytes32 archive) external {
        tips.pending++;
        archives[tips.pending] = archive;
        epochs[tips.pending] = epoch;
    }

    function setTips(uint256 pending, uint256 proven) external {
        tips = ChainTips(pending, proven);
    }

    function setArchive(uint256 checkpoint, bytes32 archive) external {
        archives[checkpoint] = archive;
    }

    function setRefusing(bool value) external {
        isRefusing = value;
    }

    /// It is its own registry.
    function getCanonicalRollup() external view returns (address) {
        return address(this);
    }

    function getRollup(uint256 version) external view returns (address) {
        require(version == 1, "unknown version");
        return address(this);
    }

    function getTips() external view returns (ChainTips memory) {
        return tips;
    }

    function archiveAt(uint256 checkpoint) public view returns (bytes32) {
        return checkpoint <= tips.pending ? archives[checkpoint] : bytes32(0);
    }

    function getEpochForCheckpoint(uint256 checkpoint) public view returns (uint256) {
        require(checkpoint <= tips.pending, Rollup__InvalidCheckpointNumber(tips.pending, checkpoint));
        return epochs[checkpoint];
    }

    function getHasSubmitted(uint256 epoch, uint256 length, address prover) public view returns (bool) {
        return submitted[keccak256(abi.encode(epoch, length, prover))];
    }

    function submitEpochRootProof(SubmitEpochRootProofArgs calldata proof) external {
        uint256 epoch = getEpochForCheckpoint(proof.end);
        uint256 current = (block.timestamp - getGenesisTime) / (getSlotDuration * getEpochDuration);
        uint256 deadline = epoch + getProofSubmissionEpochs + 1;
        require(current < deadline, Rollup__PastDeadline(deadline, current));
        require(proof.start - 1 <= tips.proven, Rollup__StartIsNotBuildingOnProven());
        bytes32 archive = archives[proof.end];
        require(archive == proof.args.endArchive, Rollup__InvalidArchive(archive, proof.args.endArchive));
        require(!isRefusing, Rollup__InvalidProof());

        uint256 length = proof.end - proof.start + 1;
        address prover = proof.args.proverId;
        require(!getHasSubmitted(epoch, length, prover), Rollup__ProverHaveAlreadySubmitted(prover, epoch));
        submitted[keccak256(abi.encode(epoch, length, prover))] = true;
        if (proof.end > tips.proven) tips.proven = proof.end;
        accepted++;
    }
}
