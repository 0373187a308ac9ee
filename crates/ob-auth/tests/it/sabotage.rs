use crate::world::{World, acme, beta, claims, data_grant, get_accounts, grant};
use ob_auth::Sabotage;
use ob_core::Code;

#[tokio::test]
async fn a_blind_cache_key_is_caught_when_the_token_is_attached() {
    let world = World::honest();
    let blind = world
        .builder()
        .dangerous_break_isolation(Sabotage::CacheKey)
        .build()
        .unwrap();
    blind.token(&acme(), &grant("a")).await.unwrap();
    let refused = blind.token(&beta(), &grant("a")).await.unwrap_err();
    assert_eq!(refused.code(), Code::X001);
    let mut request = get_accounts();
    let refused = blind
        .authorize(&beta(), &grant("a"), &mut request)
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Code::X001);
    assert!(request.headers().is_empty());
    blind.token(&acme(), &data_grant("c-1")).await.unwrap();
    let refused = blind.token(&acme(), &data_grant("c-2")).await.unwrap_err();
    assert_eq!(refused.code(), Code::X003);
    assert_eq!(world.server.requests(), 2, "the key is indeed blind");
}

#[tokio::test]
async fn without_both_guards_a_token_reaches_the_wrong_party() {
    let world = World::honest();
    let open = world
        .builder()
        .dangerous_break_isolation(Sabotage::CacheKeyAndSeal);
    let open = open.build().unwrap();
    open.token(&acme(), &grant("a")).await.unwrap();
    let mut request = get_accounts();
    open.authorize(&beta(), &grant("a"), &mut request)
        .await
        .unwrap();
    let sent = request.headers()["authorization"].to_str().unwrap();
    let said = claims(sent.strip_prefix("DPoP ").unwrap());
    assert_eq!(
        said["sub"], "tpp-acme",
        "what the isolation proof must notice"
    );
}

#[tokio::test]
async fn the_feature_alone_breaks_nothing() {
    let world = World::honest();
    let sound = world.authorizer();
    let token = sound.token(&acme(), &grant("a")).await.unwrap().token;
    sound.token(&beta(), &grant("a")).await.unwrap();
    assert_eq!(world.server.requests(), 2);
    let refused = sound
        .attach(&beta(), &token, &mut get_accounts())
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Code::X001);
}
