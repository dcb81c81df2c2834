// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

interface IVerifier {
    function verify(bytes calldata proof, bytes32[] calldata publicInputs) external view returns (bool);
}

/// Accepts the roots of canary trees, each of which must continue from the state of the one before it.
contract CanaryRollup {
    error DoesNotExtend(bytes32 state, bytes32 from);
    error StateTaken(bytes32 state);
    error ProofRejected();

    event RootAccepted(bytes32 indexed tree, bytes32 from, bytes32 to, uint256 leaves);

    IVerifier public immutable verifier;
    /// The keys that everything below a root must be made with: no circuit can know them.
    bytes32 public immutable leafKeyHash;
    bytes32 public immutable mergeKeyHash;
    /// Where the accepted roots have led to.
    bytes32 public state;
    /// The block in which a root led to the state, 0 if none did.
    mapping(bytes32 => uint256) public acceptedAt;

    constructor(IVerifier verifier_, bytes32 genesisState, bytes32 leafKeyHash_, bytes32 mergeKeyHash_) {
        verifier = verifier_;
        leafKeyHash = leafKeyHash_;
        mergeKeyHash = mergeKeyHash_;
        state = genesisState;
        acceptedAt[genesisState] = block.number;
    }

    function submitRoot(bytes32 tree, bytes32 from, bytes32 to, uint256 leaves, bytes calldata proof) external {
        if (from != state) revert DoesNotExtend(state, from);
        if (acceptedAt[to] != 0) revert StateTaken(to);
        bytes32[] memory publicInputs = new bytes32[](6);
        publicInputs[0] = tree;
        publicInputs[1] = from;
        publicInputs[2] = to;
        publicInputs[3] = bytes32(leaves);
        publicInputs[4] = leafKeyHash;
        publicInputs[5] = mergeKeyHash;
        // The verifier reverts with a more precise error where it has one.
        if (!verifier.verify(proof, publicInputs)) revert ProofRejected();
        state = to;
        acceptedAt[to] = block.number;
        emit RootAccepted(tree, from, to, leaves);
    }
}
