//! What can be done for a third-party, grouped as the platform groups it.

use super::{ThirdParty, owned_consent::Owning};
use crate::{Call, ConsentRef, Integrator, door::Acting};
use ob_api::{
    AccountId, CreateConsent, CreateManagedFlow, DeleteConsent, EndUser, FlowId, GetAccount,
    GetConsent, GetManagedFlow, GetTransaction, ListAccounts, ListProviders, ListTransactions,
    NewConsent, NewManagedFlow, TransactionId,
};
use ob_core::UseCaseConfigurationId;

/// The consents of a third-party.
#[derive(Clone, Copy, Debug)]
pub struct Consents<'a> {
    party: &'a ThirdParty,
}

impl<'a> Consents<'a> {
    pub(super) fn new(party: &'a ThirdParty) -> Self {
        Self { party }
    }

    /// Creates a consent of one end user, under the Integrator's use case configuration.
    /// It is inactive until the end user has authorised it in a flow.
    pub fn create(&self, end_user: EndUser) -> Call<Owning<CreateConsent>> {
        let configuration = self.party.integrator.identity().use_case_configuration_id;
        self.create_under(configuration, end_user)
    }

    /// Creates a consent under another use case configuration.
    pub fn create_under(
        &self,
        configuration: UseCaseConfigurationId,
        end_user: EndUser,
    ) -> Call<Owning<CreateConsent>> {
        self.owning(CreateConsent(NewConsent::new(configuration, end_user)))
    }

    /// Reads a consent.
    pub fn get(&self, consent: &ConsentRef) -> Call<Owning<GetConsent>> {
        self.owning(GetConsent(consent.id().clone()))
            .consent(consent)
    }

    /// Revokes a consent.
    pub fn revoke(&self, consent: &ConsentRef) -> Call<DeleteConsent> {
        let operation = DeleteConsent(consent.id().clone());
        Call::new(&self.party.integrator, &self.party.acting, operation).consent(consent)
    }

    fn owning<O: ob_api::Operation<Output = ob_api::Consent>>(
        &self,
        operation: O,
    ) -> Call<Owning<O>> {
        let ThirdParty { integrator, acting } = self.party;
        let party = acting.party();
        Call::new(
            integrator,
            acting,
            Owning::new(operation, party.business_id(), integrator),
        )
    }
}

/// The managed flows of a consent.
#[derive(Clone, Copy, Debug)]
pub struct Flows<'a> {
    under: Under<'a>,
}

impl<'a> Flows<'a> {
    pub(super) fn new(party: &'a ThirdParty, consent: &'a ConsentRef) -> Self {
        Self {
            under: Under { party, consent },
        }
    }

    /// Starts a flow in which the end user connects accounts. The `identifier` is the one the
    /// consent was created with.
    pub fn connect_accounts(&self, identifier: &str) -> Call<CreateManagedFlow> {
        self.create(NewManagedFlow::connect_accounts(EndUser::identified(
            identifier,
        )))
    }

    /// Starts a flow in which the end user authenticates a connection again.
    pub fn reauthenticate(&self, identifier: &str) -> Call<CreateManagedFlow> {
        self.create(NewManagedFlow::reauthenticate_connection(
            EndUser::identified(identifier),
        ))
    }

    /// Starts a flow that is described in full.
    pub fn create(&self, flow: NewManagedFlow) -> Call<CreateManagedFlow> {
        self.under.call(CreateManagedFlow::new(
            self.under.consent.id().clone(),
            flow,
        ))
    }

    /// Reads a flow.
    pub fn get(&self, flow: &FlowId) -> Call<GetManagedFlow> {
        self.under.call(GetManagedFlow::new(
            self.under.consent.id().clone(),
            flow.clone(),
        ))
    }
}

/// The accounts of a consent.
#[derive(Clone, Copy, Debug)]
pub struct Accounts<'a> {
    under: Under<'a>,
}

impl<'a> Accounts<'a> {
    pub(super) fn new(party: &'a ThirdParty, consent: &'a ConsentRef) -> Self {
        Self {
            under: Under { party, consent },
        }
    }

    /// Lists the accounts.
    pub fn list(&self) -> Call<ListAccounts> {
        self.under
            .call(ListAccounts::new(self.under.consent.id().clone()))
    }

    /// Reads one account.
    pub fn get(&self, account: &AccountId) -> Call<GetAccount> {
        self.under.call(GetAccount::new(
            self.under.consent.id().clone(),
            account.clone(),
        ))
    }
}

/// The transactions of the accounts of a consent.
#[derive(Clone, Copy, Debug)]
pub struct Transactions<'a> {
    under: Under<'a>,
}

impl<'a> Transactions<'a> {
    pub(super) fn new(party: &'a ThirdParty, consent: &'a ConsentRef) -> Self {
        Self {
            under: Under { party, consent },
        }
    }

    /// Lists the transactions of one account.
    pub fn list(&self, account: &AccountId) -> Call<ListTransactions> {
        let consent = self.under.consent.id().clone();
        self.under
            .call(ListTransactions::new(consent, account.clone()))
    }

    /// Reads one transaction.
    pub fn get(&self, transaction: &TransactionId) -> Call<GetTransaction> {
        let consent = self.under.consent.id().clone();
        self.under
            .call(GetTransaction::new(consent, transaction.clone()))
    }
}

/// The banks that can be connected.
#[derive(Clone, Copy, Debug)]
pub struct Providers<'a> {
    integrator: &'a Integrator,
    acting: &'a Acting,
}

impl<'a> Providers<'a> {
    pub(super) fn new(integrator: &'a Integrator, acting: &'a Acting) -> Self {
        Self { integrator, acting }
    }

    /// Lists the providers.
    pub fn list(&self) -> Call<ListProviders> {
        Call::new(self.integrator, self.acting, ListProviders::new())
    }
}

#[derive(Clone, Copy, Debug)]
struct Under<'a> {
    party: &'a ThirdParty,
    consent: &'a ConsentRef,
}

impl Under<'_> {
    fn call<O: ob_api::Operation>(&self, operation: O) -> Call<O> {
        Call::new(&self.party.integrator, &self.party.acting, operation).consent(self.consent)
    }
}
